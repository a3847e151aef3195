# SPDX-License-Identifier: GPL-2.0-only
# From the raise to the body: data is the file, unit what it counts.
set terminal svg size 900,420 font "sans,12" background "white"
set style data histograms
set style histogram clustered gap 1
set style fill solid 0.8 border rgb "black"
set boxwidth 0.9
set ylabel unit
set yrange [0:*]
set grid ytics
set key top left
set title "From the raise to the body of the bottom half (medians)"
plot data index 0 using 3:xtic(1) title "minimal driver" lc rgb "#999999", \
     data index 1 using 2 title "irqline, clock off" lc rgb "#66aadd", \
     data index 0 using 2 title "irqline" lc rgb "#2266aa"
