SELECT "Line.No", "unit ""net"" price" FROM public."Order Lines";
