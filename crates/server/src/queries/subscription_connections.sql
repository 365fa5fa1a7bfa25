-- What only a superuser may read.
SELECT oid, subconninfo AS connection FROM pg_subscription
