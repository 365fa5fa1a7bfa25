//! Network addresses.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

fn address(text: &str) -> Option<(IpAddr, Option<u8>)> {
    let (host, bits) = match text.split_once('/') {
        Some((host, bits)) => (host, Some(bits.parse::<u8>().ok()?)),
        None => (text, None),
    };
    let host: IpAddr = host
        .parse::<Ipv4Addr>()
        .map(IpAddr::V4)
        .or_else(|_| host.parse::<Ipv6Addr>().map(IpAddr::V6))
        .ok()?;
    let most = if host.is_ipv4() { 32 } else { 128 };
    bits.is_none_or(|b| b <= most).then_some((host, bits))
}

fn full(host: &IpAddr) -> u8 {
    if host.is_ipv4() { 32 } else { 128 }
}

/// A host, with its network's bits unless that is all of them.
pub(super) fn inet(text: &str) -> Option<Arc<str>> {
    let (host, bits) = address(text.trim())?;
    Some(match bits {
        Some(bits) if bits != full(&host) => format!("{host}/{bits}").into(),
        _ => host.to_string().into(),
    })
}

/// A network: no bits to the right of the mask.
pub(super) fn cidr(text: &str) -> Option<Arc<str>> {
    let (host, bits) = address(text.trim())?;
    let bits = bits.unwrap_or_else(|| full(&host));
    let rest = match host {
        IpAddr::V4(host) => u128::from(host.to_bits().checked_shl(u32::from(bits)).unwrap_or(0)),
        IpAddr::V6(host) => host.to_bits().checked_shl(u32::from(bits)).unwrap_or(0),
    };
    (rest == 0).then(|| format!("{host}/{bits}").into())
}

/// Six bytes.
pub(super) fn macaddr(text: &str) -> Option<Arc<str>> {
    let text = text.trim().to_ascii_lowercase();
    let parts: Vec<&str> = text.split([':', '-']).collect();
    let valid = parts.len() == 6
        && parts
            .iter()
            .all(|p| p.len() == 2 && p.bytes().all(|b| b.is_ascii_hexdigit()));
    valid.then(|| parts.join(":").into())
}
