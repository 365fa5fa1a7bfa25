-- Event triggers.
SELECT oid, evtname AS name, evtevent AS event, evtowner AS owner, evtfoid AS function, evtenabled AS enabled,
       evttags AS tags
FROM pg_event_trigger
