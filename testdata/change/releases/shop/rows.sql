SELECT c.id, c.email, c.vip, o.id, o.state, o.total, shop.total(o.id), (SELECT count(*) FROM shop.open_orders) FROM shop.customers c JOIN shop.orders o ON o.customer = c.id ORDER BY c.id;
