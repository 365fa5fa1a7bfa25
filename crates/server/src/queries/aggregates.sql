-- Aggregates.
SELECT p.oid,
       p.pronamespace AS schema,
       p.proname AS name,
       p.proowner AS owner,
       p.proparallel AS parallel,
       coalesce(p.proallargtypes, p.proargtypes::oid[]) AS argument_types,
       p.proargmodes::text[] AS argument_modes,
       p.proargnames AS argument_names,
       NULL::text[] AS argument_defaults,
       a.aggkind AS kind,
       a.aggnumdirectargs AS direct_arguments,
       a.aggtransfn::oid AS sfunc, a.aggfinalfn::oid AS finalfunc, a.aggcombinefn::oid AS combinefunc,
       a.aggserialfn::oid AS serialfunc, a.aggdeserialfn::oid AS deserialfunc,
       a.aggmtransfn::oid AS msfunc, a.aggminvtransfn::oid AS minvfunc, a.aggmfinalfn::oid AS mfinalfunc,
       a.aggfinalextra AS finalfunc_extra, a.aggmfinalextra AS mfinalfunc_extra,
       a.aggfinalmodify AS finalfunc_modify, a.aggmfinalmodify AS mfinalfunc_modify,
       a.aggsortop AS sortop,
       a.aggtranstype AS stype, a.aggtransspace AS sspace, a.aggmtranstype AS mstype, a.aggmtransspace AS msspace,
       a.agginitval AS initcond, a.aggminitval AS minitcond
FROM pg_proc AS p
JOIN pg_aggregate AS a ON a.aggfnoid = p.oid
WHERE p.oid >= 16384
