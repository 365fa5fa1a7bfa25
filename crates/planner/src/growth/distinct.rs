//! How the number of distinct values grows with that of rows, when values are drawn from a domain.

/// The size of the domain from which `rows` draws gave `distinct` values, each as likely.
///
/// Infinite where every draw gave another value.
pub(super) fn domain(rows: f64, distinct: f64) -> f64 {
    if distinct >= rows * 0.999 {
        return f64::INFINITY;
    }
    if distinct <= 0.0 {
        return 0.0;
    }
    // distinct = domain * (1 - e^(-rows / domain)) rises with the domain.
    let (mut low, mut high) = (distinct, rows * rows);
    for _ in 0..200 {
        let middle = (low * high).sqrt();
        if drawn(rows, middle) < distinct {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// How many distinct values `rows` draws from a domain give.
pub fn drawn(rows: f64, domain: f64) -> f64 {
    if domain.is_infinite() {
        return rows;
    }
    if domain <= 0.0 {
        return 0.0;
    }
    -domain * (-rows / domain).exp_m1()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_gives_the_number_it_was_found_by() {
        for (rows, distinct) in [(1e6, 9e5), (1e6, 5e5), (1e6, 1e3), (1e6, 2.0)] {
            let domain = domain(rows, distinct);
            assert!((drawn(rows, domain) - distinct).abs() < distinct * 0.001);
        }
        // Small domains are exhausted, large ones go on.
        assert!(drawn(1e7, domain(1e6, 1e3)) < 1001.0);
        assert!(drawn(1e7, domain(1e6, 9.9e5)) > 8e6);
        assert_eq!(drawn(1e7, domain(1e6, 1e6)), 1e7);
    }
}
