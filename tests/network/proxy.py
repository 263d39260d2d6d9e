"""A TCP proxy that spoils what passes: it delays, slices, stalls or resets."""

import asyncio
import contextlib
import random
import socket
import struct
import threading

PIECE = 65536  # bytes read at once
DELAY = 0.3  # seconds each way
LIFE = 2  # seconds after which a connection is reset, at most
PASS, DELAYING, SLICING, STALLING, RESETTING = "pass", "delay", "slice", "stall", "reset"


class Proxy:
    """Forwards connections to `port`, on any address of this machine, to another place. Runs in a thread of its own."""

    def __init__(self, port, target):
        self.target = target
        self.way = PASS
        self.serving = set()
        self.loop = asyncio.new_event_loop()
        self.loop.run_until_complete(self._listen(port))
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def spoil(self, way):
        """From now on, on the connections that there are, too."""
        self.loop.call_soon_threadsafe(self._change, way)

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.server.close()
        self.loop.run_until_complete(self._end_all())
        self.loop.close()

    async def _listen(self, port):
        self.flows = asyncio.Event()
        self.flows.set()
        self.server = await asyncio.start_server(self._accept, "0.0.0.0", port)

    async def _end_all(self):
        """Waits, too, until all that was canceled has ended."""
        while self.serving:
            serving = list(self.serving)
            for task in serving:
                task.cancel()
            await asyncio.wait(serving)

    def _change(self, way):
        self.way = way
        if way == STALLING:
            self.flows.clear()
        else:
            self.flows.set()

    def _accept(self, reader, writer):
        task = self.loop.create_task(self._serve(reader, writer))
        self.serving.add(task)
        task.add_done_callback(self.serving.discard)

    async def _serve(self, reader, writer):
        try:
            onward = await asyncio.open_connection(*self.target)
        except OSError:
            return self._reset(writer)
        ways = [asyncio.create_task(each) for each in
                (self._forward(reader, onward[1]), self._forward(onward[0], writer), self._fail())]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            end = self._reset if self.way == RESETTING else asyncio.StreamWriter.close
            end(writer)
            end(onward[1])

    async def _forward(self, reader, writer):
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError):
            while piece := await reader.read(PIECE):
                if self.way == DELAYING:
                    await asyncio.sleep(DELAY)
                size = 1 if self.way == SLICING else PIECE
                for begin in range(0, len(piece), size):
                    await self.flows.wait()
                    writer.write(piece[begin:begin + size])
                    await writer.drain()

    async def _fail(self):
        """Ends when the connection is to be reset."""
        while self.way != RESETTING:
            await asyncio.sleep(0.1)
        await asyncio.sleep(random.uniform(0, LIFE))

    @staticmethod
    def _reset(writer):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.close()
