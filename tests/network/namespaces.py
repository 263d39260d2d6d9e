"""Machines in network namespaces, on two switches that are linked: root only."""

import os
import subprocess


def available():
    """Whether namespaces, links and switches may be made here."""
    if os.geteuid() != 0:
        return False
    name = f"pappus-{os.getpid()}-try"
    try:
        _ip("netns", "add", name)
        _ip("-n", name, "link", "add", "switch", "type", "bridge")
        return True
    except (OSError, subprocess.CalledProcessError):
        return False
    finally:
        subprocess.run(["ip", "netns", "delete", name], stderr=subprocess.DEVNULL, check=False)


def _ip(*words):
    subprocess.run(["ip", *words], check=True, stderr=subprocess.PIPE)


class Network:
    """Machine `number` has the address 10.number.0.1; even ones are on one switch, odd ones on the other."""

    def __init__(self, machines):
        self.prefix = f"pappus-{os.getpid()}"
        self.made = []
        for side in (0, 1):
            self._make(self.switch(side))
            _ip("-n", self.switch(side), "link", "add", "switch", "type", "bridge")
            _ip("-n", self.switch(side), "link", "set", "switch", "up")
        self._link(self.switch(0), "trunk", self.switch(1), "trunk")
        for side in (0, 1):
            self.plug(side, "trunk")
        for number in range(machines):
            self._make(self.machine(number))
            self._link(self.machine(number), "eth0", self.switch(number % 2), f"port{number}")
            self.plug(number % 2, f"port{number}")
            _ip("-n", self.machine(number), "address", "add", f"{self.address(number)}/8", "dev", "eth0")

    def machine(self, number):
        return f"{self.prefix}-{number}"

    def switch(self, side):
        return f"{self.prefix}-switch{side}"

    @staticmethod
    def address(number):
        return f"10.{number + 1}.0.1"

    def command(self, number, words):
        return ["ip", "netns", "exec", self.machine(number), *words]

    def set_link(self, number, state):
        """Cuts the cable of a machine, or mends it: the machine notices."""
        _ip("-n", self.switch(number % 2), "link", "set", f"port{number}", state)

    def plug(self, side, port):
        _ip("-n", self.switch(side), "link", "set", port, "master", "switch")

    def unplug(self, side, port):
        """What is sent over it is lost without an error."""
        _ip("-n", self.switch(side), "link", "set", port, "nomaster")

    def close(self):
        for name in self.made:
            subprocess.run(["ip", "netns", "delete", name], check=False)

    def _make(self, name):
        _ip("netns", "add", name)
        self.made.append(name)
        _ip("-n", name, "link", "set", "lo", "up")

    @staticmethod
    def _link(one, name, other, other_name):
        _ip("-n", one, "link", "add", name, "type", "veth", "peer", "name", other_name, "netns", other)
        _ip("-n", one, "link", "set", name, "up")
        _ip("-n", other, "link", "set", other_name, "up")
