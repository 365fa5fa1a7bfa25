SELECT count(*) FILTER (WHERE state = 'done'), sum(price), count("when"), max("when") FROM tasks;
