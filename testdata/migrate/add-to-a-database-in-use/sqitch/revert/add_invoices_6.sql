-- Revert schema:add_invoices_6 from pg

-- Nothing to be done here: a neighbouring part does it.
