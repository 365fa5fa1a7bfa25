-- Revert schema:add_invoices_8 from pg

-- Nothing to be done here: a neighbouring part does it.
