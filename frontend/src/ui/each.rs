//! Children of a list that changes, each made once and kept as long as its key is there.
//!
//! The framework's own list is compiled anew for every kind of key, at 4 kB each: here all kinds
//! share the one for numbers.

use leptos::prelude::*;

/// Keys with the numbers that stand for them.
struct Numbers<K> {
    known: Vec<(u64, K)>,
    last: u64,
}

impl<K: Clone + PartialEq> Numbers<K> {
    /// The numbers of these keys: old ones keep theirs, new ones get the next.
    fn of(&mut self, keys: Vec<K>) -> Vec<u64> {
        let mut before: Vec<_> = std::mem::take(&mut self.known).into_iter().map(Some).collect();
        let mut hint = 0;
        for key in keys {
            // Mostly a key stands behind the one that it stood behind.
            let same = |slot: &Option<(u64, K)>| slot.as_ref().is_some_and(|(_, own)| *own == key);
            let found = before.iter().skip(hint).position(same).map(|at| at + hint);
            let found = found.or_else(|| before.iter().take(hint).position(same));
            let kept = found.and_then(|at| {
                hint = at + 1;
                before.get_mut(at)?.take()
            });
            self.known.push(kept.unwrap_or_else(|| {
                self.last += 1;
                (self.last, key)
            }));
        }
        self.known.iter().map(|(number, _)| *number).collect()
    }

    fn key(&self, number: u64) -> Option<K> {
        self.known.iter().find(|(known, _)| *known == number).map(|(_, key)| key.clone())
    }
}

/// One child for each key, in the order of the keys.
pub fn each<K: Clone + PartialEq + Send + Sync + 'static>(
    keys: impl Fn() -> Vec<K> + Send + Sync + 'static,
    child: impl Fn(K) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let numbers = StoredValue::new(Numbers { known: Vec::new(), last: 0 });
    let all = move || {
        let keys = keys();
        numbers.try_update_value(|numbers| numbers.of(keys)).unwrap_or_default()
    };
    let one = move |number| {
        let key = numbers.with_value(|numbers| numbers.key(number));
        key.map_or_else(|| ().into_any(), &child)
    };
    numbered(Callback::new(move |()| all()), Callback::new(one))
}

fn numbered(all: Callback<(), Vec<u64>>, one: Callback<u64, AnyView>) -> AnyView {
    let child = move |number| one.run(number);
    view! { <For each=move || all.run(()) key=|number| *number children=child /> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_keeps_its_number_as_long_as_it_is_there() {
        let mut numbers = Numbers { known: Vec::new(), last: 0 };
        let mut check = |keys: &str, expect: &[u64]| {
            assert_eq!(numbers.of(keys.chars().collect()), expect, "{keys}");
        };
        check("abc", &[1, 2, 3]);
        check("xabc", &[4, 1, 2, 3]);
        check("cbx", &[3, 2, 4]);
        check("a", &[5]);
        check("aa", &[5, 6]);
        check("", &[]);
        check("b", &[7]);
    }
}
