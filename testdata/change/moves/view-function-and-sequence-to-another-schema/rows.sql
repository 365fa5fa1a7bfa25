SELECT n, nextval('app.s') FROM app.v;
