//! Connections, the catalog reader and the sandbox.
