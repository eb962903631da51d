//! The sample mail is there, dated back from the start, and in order.
