CREATE DOMAIN public.d AS public.d CHECK (value > 0);
CREATE DOMAIN public.e AS public.f CHECK (value IS NOT NULL);
CREATE DOMAIN public.f AS public.e CHECK (value > 1);
