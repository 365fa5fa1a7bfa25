//! From a brief to a catalog, decisions and questions; one file per decision family.
