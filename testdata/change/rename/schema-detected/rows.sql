SELECT s.id, i.* FROM store.items i JOIN store.sales s ON s.item = i.id;
