//! The parts that relations play in a statement, so that facts about one schema hold in another.

/// The part that a relation plays in a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TableRole {
    /// The table that the statement names, when no other role fits better.
    Target,
    /// The table that a foreign key of the target, or of its partitions, references.
    Referenced,
    /// A table with a foreign key that references the target.
    Referencing,
    /// A partitioned table.
    Parent,
    /// The partition that the statement names, or that is to become one.
    Partition,
    /// Each partition of the parent, down the tree.
    Partitions,
    /// The default partition of the parent.
    DefaultPartition,
    /// A table that others inherit from without being its partitions.
    Ancestor,
    /// A table that inherits from the ancestor.
    Descendant,
    /// A table that the query of a view, of a policy or of the statement reads.
    Queried,
    /// The view that the statement names.
    View,
    /// The materialized view that the statement names.
    MaterializedView,
    /// The sequence that the statement names, or the one behind an identity column.
    Sequence,
    /// An index of the target: the one that the statement names, or else each that it rebuilds.
    Index,
    /// An index of the parent.
    ParentIndex,
    /// An index of a partition.
    PartitionIndex,
}

impl TableRole {
    /// Every role.
    pub const ALL: [Self; 16] = [
        Self::Target,
        Self::Referenced,
        Self::Referencing,
        Self::Parent,
        Self::Partition,
        Self::Partitions,
        Self::DefaultPartition,
        Self::Ancestor,
        Self::Descendant,
        Self::Queried,
        Self::View,
        Self::MaterializedView,
        Self::Sequence,
        Self::Index,
        Self::ParentIndex,
        Self::PartitionIndex,
    ];

    /// The role as the table of facts spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Referenced => "referenced",
            Self::Referencing => "referencing",
            Self::Parent => "parent",
            Self::Partition => "partition",
            Self::Partitions => "partitions",
            Self::DefaultPartition => "default_partition",
            Self::Ancestor => "ancestor",
            Self::Descendant => "descendant",
            Self::Queried => "queried",
            Self::View => "view",
            Self::MaterializedView => "materialized_view",
            Self::Sequence => "sequence",
            Self::Index => "index",
            Self::ParentIndex => "parent_index",
            Self::PartitionIndex => "partition_index",
        }
    }

    /// The role of a name in the table of facts.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}
