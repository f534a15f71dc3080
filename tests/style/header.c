/* Compiled once for each header of the service: it must stand alone, and bear being seen twice. */
#include HEADER
#include HEADER

typedef int this_header_stands_alone;
