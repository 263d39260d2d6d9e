# Draws what sweep.sh has found: gnuplot -e "folder='FOLDER'" precision.gnuplot
set terminal svg size 900,600 font "sans-serif,14" background "white"
set output folder . "/precision.svg"
set datafile separator ","
set key autotitle columnhead left top reverse Left
set title "First-spy estimator, 1,000 nodes with one transaction each"
set xlabel "share of nodes that are spies"
set ylabel "precision"
set xrange [0:0.52]
set yrange [0:*]
set grid
q = 0.1
r(p) = 1 - (1 - p) * (1 - q)
closed(p) = p > 0 ? p * r(p) / (1 - r(p)) * log(1 / r(p)) : 0
file(name) = folder . "/" . name . ".csv"
# Column 8 is the share of spies, 9 the precision, 10 its standard error.
plot file("diffusion") using 8:9:(2*$10) with yerrorlines lc rgb "#c0392b" pt 7 title "diffusion, 4-regular", \
  file("dandelion++") using 8:9:(2*$10) with yerrorlines lc rgb "#2471a3" pt 7 title "dandelion++, 4-regular", \
  file("grin") using 8:9:(2*$10) with yerrorlines lc rgb "#1e8449" pt 7 title "grin, 4-regular", \
  file("private") using 8:9:(2*$10) with yerrorlines lc rgb "#d68910" pt 7 title "private, 4-regular", \
  file("line") using 8:9:(2*$10) with yerrorbars lc rgb "#7d3c98" pt 7 title "grin on a line, fluffs not heard", \
  closed(x) with lines lc rgb "#7d3c98" dt 2 title "closed form for that line", \
  x*x with lines lc rgb "#999999" dt 3 title "p^2, the least there can be (arXiv 1701.04439)"
