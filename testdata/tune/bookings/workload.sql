-- name: latest
-- calls: 500000 per day
SELECT id, room_id, stay FROM bookings WHERE guest_id = $1 ORDER BY booked_at DESC LIMIT 10;
-- name: waiting
-- calls: 200000 per day
SELECT * FROM bookings WHERE state = 'waiting' ORDER BY booked_at LIMIT 50;
-- name: login
-- calls: 300000 per day
SELECT id FROM guests WHERE lower(email) = lower($1);
-- name: find
-- calls: 20000 per day
SELECT id, name FROM guests WHERE name ILIKE '%' || $1 || '%' LIMIT 20;
-- name: vegetarians
-- calls: 5000 per day
SELECT id FROM guests WHERE preferences @> '{"food": "vegetarian"}';
-- name: labelled
-- calls: 5000 per day
SELECT id FROM bookings WHERE labels @> ARRAY['late arrival'];
-- name: occupied
-- calls: 90000 per day
SELECT room_id FROM bookings WHERE stay && daterange($1, $2);
-- name: doors
-- calls: 100000 per day
SELECT * FROM door_events WHERE booking_id = $1 ORDER BY at DESC LIMIT 5;
-- name: opened
-- calls: 2000000 per day
INSERT INTO door_events (booking_id, opened, at) VALUES ($1, true, now());
-- name: not planned
-- calls: 1 per day
SELECT * FROM vanished;
