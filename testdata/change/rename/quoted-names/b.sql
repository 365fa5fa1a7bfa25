CREATE TABLE public."Order Lines" ("Line.No" integer PRIMARY KEY, "unit ""net"" price" numeric);
