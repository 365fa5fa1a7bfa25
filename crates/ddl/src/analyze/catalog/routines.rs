//! Functions, aggregates, operators and casts of a catalog.

use std::sync::Arc;

use pgwright_catalog::{
    self as model, ArgumentMode, CastContext, CastMethod, QualifiedName, RoutineKind,
    RoutineSignature, Volatility,
};

use super::CatalogEnvironment;
use crate::analyze::environment::{Cast, Environment, TypeDescriptionKind};
use crate::analyze::system::catalog as system;
use crate::analyze::tree::{AggregateKind, Function, FunctionKind, Operator, Type};
use crate::analyze::types::{array_type, element_type, parse_type};

impl CatalogEnvironment<'_> {
    /// The functions, procedures and aggregates of a name.
    pub(super) fn read_functions(&self, schema: &str, name: &str) -> Vec<Arc<Function>> {
        let first = RoutineSignature {
            name: QualifiedName::new(schema, name),
            arguments: Vec::new(),
        };
        let same = |signature: &RoutineSignature| {
            signature.name.schema.as_str() == schema && signature.name.name.as_str() == name
        };
        let routines = self
            .catalog
            .routines
            .range(&first..)
            .take_while(|(signature, _)| same(signature))
            .map(|(signature, routine)| self.function(signature, routine));
        let aggregates = self
            .catalog
            .aggregates
            .range(&first..)
            .take_while(|(signature, _)| same(signature))
            .map(|(signature, aggregate)| self.aggregate(signature, aggregate));
        let mut all: Vec<Arc<Function>> = routines.chain(aggregates).map(Arc::new).collect();
        all.extend(self.range_constructors(schema, name));
        all.extend(self.extension_functions(schema, name));
        all
    }

    /// The functions that come with a range type and its multirange type, of the same names.
    fn range_constructors(&self, schema: &str, name: &str) -> Vec<Arc<Function>> {
        let Some(found) = self.user_type(Some(schema), name) else {
            return Vec::new();
        };
        let constructor = |arguments: Vec<Type>, variadic| {
            Arc::new(Function {
                oid: 0,
                schema: schema.into(),
                name: name.into(),
                kind: FunctionKind::Function,
                arguments,
                argument_names: Vec::new(),
                argument_modes: Vec::new(),
                all_arguments: Vec::new(),
                defaults: 0,
                variadic,
                returns: Type::user(schema, name),
                returns_set: false,
                strict: false,
                volatility: b'i',
            })
        };
        match &found.kind {
            TypeDescriptionKind::Range { subtype, .. } => {
                let bounds = vec![subtype.clone(), subtype.clone()];
                let mut with_flags = bounds.clone();
                with_flags.push(Type::TEXT);
                vec![constructor(bounds, None), constructor(with_flags, None)]
            }
            TypeDescriptionKind::Multirange { range } => {
                let array = array_type(range).into_iter().collect();
                vec![
                    constructor(Vec::new(), None),
                    constructor(vec![range.clone()], None),
                    constructor(array, Some(range.clone())),
                ]
            }
            _ => Vec::new(),
        }
    }

    fn function(&self, signature: &RoutineSignature, routine: &model::Routine) -> Function {
        let mut function = self.signature(signature, &routine.arguments);
        function.kind = match routine.kind {
            RoutineKind::Function => FunctionKind::Function,
            RoutineKind::Procedure => FunctionKind::Procedure,
            RoutineKind::Window => FunctionKind::Window,
        };
        function.strict = routine.strict;
        function.volatility = match routine.volatility {
            Volatility::Immutable => b'i',
            Volatility::Stable => b's',
            Volatility::Volatile => b'v',
        };
        match routine.returns.as_deref() {
            Some(text) => {
                let lower = text.trim_start();
                let set = lower
                    .get(..6)
                    .filter(|word| word.eq_ignore_ascii_case("setof "));
                function.returns_set = set.is_some();
                let text = set.and_then(|_| lower.get(6..)).unwrap_or(lower);
                function.returns = self.type_of(text).0;
            }
            None => self.result_of_arguments(&mut function),
        }
        function
    }

    /// The result of output arguments: one gives its type, more a record; a table is a set of them.
    fn result_of_arguments(&self, function: &mut Function) {
        function.returns_set = function.argument_modes.contains(&b't');
        let outputs: Vec<&Type> = function
            .all_arguments
            .iter()
            .zip(&function.argument_modes)
            .filter(|(_, mode)| matches!(mode, b'o' | b'b' | b't'))
            .map(|(t, _)| t)
            .collect();
        function.returns = match outputs.as_slice() {
            [] => Type::VOID,
            [single] => (*single).clone(),
            _ => Type::RECORD,
        };
    }

    fn signature(&self, signature: &RoutineSignature, arguments: &[model::Argument]) -> Function {
        let types: Vec<Type> = arguments
            .iter()
            .map(|a| self.type_of(&a.data_type).0)
            .collect();
        let modes: Vec<u8> = arguments.iter().map(|a| mode(a.mode)).collect();
        let inputs = || {
            arguments
                .iter()
                .zip(&types)
                .filter(|(a, _)| !matches!(a.mode, ArgumentMode::Out | ArgumentMode::Table))
        };
        let variadic = inputs()
            .find(|(a, _)| a.mode == ArgumentMode::Variadic)
            .map(|(_, t)| variadic_element(t));
        let only_inputs = modes.iter().all(|m| *m == b'i');
        let named = arguments.iter().any(|a| a.name.is_some());
        Function {
            oid: 0,
            schema: signature.name.schema.as_str().into(),
            name: signature.name.name.as_str().into(),
            kind: FunctionKind::Function,
            arguments: inputs().map(|(_, t)| t.clone()).collect(),
            argument_names: if named {
                arguments
                    .iter()
                    .map(|a| a.name.as_ref().map(|n| n.as_str().into()))
                    .collect()
            } else {
                Vec::new()
            },
            defaults: inputs().filter(|(a, _)| a.default.is_some()).count(),
            argument_modes: if only_inputs { Vec::new() } else { modes },
            all_arguments: if only_inputs {
                Vec::new()
            } else {
                types.clone()
            },
            variadic,
            returns: Type::VOID,
            returns_set: false,
            strict: false,
            volatility: b'v',
        }
    }

    fn aggregate(&self, signature: &RoutineSignature, aggregate: &model::Aggregate) -> Function {
        let mut function = self.signature(signature, &aggregate.arguments);
        let hypothetical = aggregate.parameters.contains_key("hypothetical");
        let kind = match aggregate.direct_arguments {
            None => AggregateKind::Normal,
            Some(n) if hypothetical => AggregateKind::HypotheticalSet(n as i16),
            Some(n) => AggregateKind::OrderedSet(n as i16),
        };
        function.kind = FunctionKind::Aggregate(kind);
        function.volatility = b'i';
        let state = aggregate
            .parameters
            .get("stype")
            .map_or(Type::UNKNOWN, |text| self.type_of(text).0);
        // Without a final function the state is the result.
        function.returns = match aggregate.parameters.get("finalfunc") {
            None => state,
            Some(name) => self.result_of(name, &state).unwrap_or(Type::UNKNOWN),
        };
        function
    }

    /// The result of the function of a name whose first argument is of a type.
    fn result_of(&self, name: &str, first: &Type) -> Option<Type> {
        let (schema, name) = match name.split_once('.') {
            Some((schema, name)) => (schema.trim_matches('"'), name.trim_matches('"')),
            None => ("pg_catalog", name.trim_matches('"')),
        };
        let candidates = if schema == "pg_catalog" {
            system().functions(name).to_vec()
        } else {
            self.read_functions(schema, name)
        };
        candidates
            .iter()
            .find(|f| f.arguments.first() == Some(first))
            .or_else(|| candidates.first())
            .map(|f| f.returns.clone())
    }

    /// The operators of a name.
    pub(super) fn read_operators(&self, schema: &str, name: &str) -> Vec<Arc<Operator>> {
        let first = model::OperatorSignature {
            name: QualifiedName::new(schema, name),
            left: None,
            right: None,
        };
        self.catalog
            .operators
            .range(first..)
            .take_while(|(s, _)| s.name.schema.as_str() == schema && s.name.name.as_str() == name)
            .filter_map(|(s, operator)| self.operator(s, operator))
            .map(Arc::new)
            .collect()
    }

    fn operator(
        &self,
        signature: &model::OperatorSignature,
        operator: &model::Operator,
    ) -> Option<Operator> {
        let left = signature.left.as_ref().map(|t| self.type_of(t).0);
        let right = self.type_of(signature.right.as_ref()?).0;
        let function = operator.function.as_ref()?;
        let operands: Vec<&Type> = left.iter().chain([&right]).collect();
        let candidates = if function.schema.as_str() == "pg_catalog" {
            system().functions(function.name.as_str()).to_vec()
        } else {
            self.read_functions(function.schema.as_str(), function.name.as_str())
        };
        let exact = candidates
            .iter()
            .find(|f| f.arguments.iter().eq(operands.iter().copied()))
            .or_else(|| candidates.first())?;
        Some(Operator {
            oid: 0,
            schema: signature.name.schema.as_str().into(),
            name: signature.name.name.as_str().into(),
            result: exact.returns.clone(),
            left,
            right,
            commutator: None,
            returns_set: false,
        })
    }

    /// The cast between two types.
    pub(super) fn read_cast(&self, source: &Type, target: &Type) -> Option<Cast> {
        // Most schemas have none.
        let (_, cast) = self.catalog.casts.iter().find(|(signature, _)| {
            let is = |text: &str, wanted: &Type| {
                parse_type(self, text).is_ok_and(|(found, _)| found == *wanted)
            };
            is(&signature.source, source) && is(&signature.target, target)
        })?;
        let function = match &cast.method {
            CastMethod::Function(signature) => {
                let name = &signature.name;
                let candidates = if name.schema.as_str() == "pg_catalog" {
                    system().functions(name.name.as_str()).to_vec()
                } else {
                    self.read_functions(name.schema.as_str(), name.name.as_str())
                };
                let types: Vec<Type> = signature
                    .arguments
                    .iter()
                    .map(|t| self.type_of(t).0)
                    .collect();
                candidates.into_iter().find(|f| f.arguments == types)
            }
            _ => None,
        };
        Some(Cast {
            context: match cast.context {
                CastContext::Explicit => b'e',
                CastContext::Assignment => b'a',
                CastContext::Implicit => b'i',
            },
            method: match cast.method {
                CastMethod::Function(_) => b'f',
                CastMethod::InOut => b'i',
                CastMethod::Binary => b'b',
            },
            function,
        })
    }
}

fn mode(mode: ArgumentMode) -> u8 {
    match mode {
        ArgumentMode::In => b'i',
        ArgumentMode::Out => b'o',
        ArgumentMode::InOut => b'b',
        ArgumentMode::Variadic => b'v',
        ArgumentMode::Table => b't',
    }
}

/// What one of the arguments gathered by VARIADIC is.
fn variadic_element(array: &Type) -> Type {
    match *array {
        Type::ANY => Type::ANY,
        Type::ANYARRAY => Type::ANYELEMENT,
        Type::ANYCOMPATIBLEARRAY => Type::ANYCOMPATIBLE,
        _ => element_type(array).unwrap_or(Type::ANY),
    }
}
