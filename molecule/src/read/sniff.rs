//! Which format do these bytes have?
