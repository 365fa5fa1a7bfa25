//! Personal and secret data.

group! {
    card_number,
    plain_password,
    plain_secret,
}
