//! THREAD=REFERENCES: parents by References, what is left by subject (RFC 5256 §3).

use std::collections::HashMap;

use super::thread::Letter;

/// The threads of an answer: `(2)(3 6 (4 23)(44 7 96))`.
pub(crate) fn threads(letters: &[Letter]) -> String {
    let children = Family::of(letters).children(letters);
    let roots = by_subject(letters, children.roots);
    let mut shown = String::new();
    for root in roots {
        shown.push('(');
        match root.head {
            Some(head) => write(&mut shown, letters, &children.of, (head, &root.members)),
            None => write_each(&mut shown, letters, &children.of, &root.members),
        }
        shown.push(')');
    }
    shown
}

/// Every id that is named, and whose answer it is.
struct Family {
    parents: Vec<Option<usize>>,
    /// The message with this id, where it was found.
    letters: Vec<Option<usize>>,
}

impl Family {
    /// Step 1 of the algorithm.
    fn of(letters: &[Letter]) -> Self {
        let mut family = Self { parents: Vec::new(), letters: Vec::new() };
        let mut ids: HashMap<&str, usize> = HashMap::new();
        for (index, letter) in letters.iter().enumerate() {
            let own = letter.id.as_deref().map(|id| family.named(&mut ids, id));
            // An id that another message has taken already is no id.
            let own = own.filter(|own| family.letters[*own].is_none());
            let own = own.unwrap_or_else(|| family.unnamed());
            family.letters[own] = Some(index);
            let mut before = None;
            for id in &letter.references {
                let named = family.named(&mut ids, id);
                if let Some(before) = before
                    && family.parents[named].is_none()
                {
                    family.link(named, before);
                }
                before = Some(named);
            }
            family.parents[own] = None;
            if let Some(before) = before {
                family.link(own, before);
            }
        }
        family
    }

    fn named<'a>(&mut self, ids: &mut HashMap<&'a str, usize>, id: &'a str) -> usize {
        *ids.entry(id).or_insert_with(|| self.unnamed())
    }

    fn unnamed(&mut self) -> usize {
        self.parents.push(None);
        self.letters.push(None);
        self.parents.len() - 1
    }

    /// Makes one the child of the other, unless that would close a loop.
    fn link(&mut self, child: usize, parent: usize) {
        let mut above = Some(parent);
        while let Some(at) = above {
            if at == child {
                return;
            }
            above = self.parents[at];
        }
        self.parents[child] = Some(parent);
    }

    /// Steps 2 and 3: ids without a message fall away, except at the root over several children.
    fn children(&self, letters: &[Letter]) -> Children {
        let mut of = vec![Vec::new(); letters.len()];
        let mut orphans: HashMap<usize, Vec<usize>> = HashMap::new();
        for (id, letter) in self.letters.iter().enumerate() {
            let Some(letter) = *letter else { continue };
            let (mut top, mut above) = (id, self.parents[id]);
            while let Some(at) = above.filter(|at| self.letters[*at].is_none()) {
                (top, above) = (at, self.parents[at]);
            }
            match above.and_then(|above| self.letters[above]) {
                Some(parent) => of[parent].push(letter),
                None => orphans.entry(top).or_default().push(letter),
            }
        }
        let age = |index: &usize| (letters[*index].sent_at, letters[*index].number);
        of.iter_mut().for_each(|children| children.sort_by_key(age));
        let roots = orphans.into_values().map(|mut members| {
            members.sort_by_key(age);
            match members.as_slice() {
                [only] => Root { head: Some(*only), members: of[*only].clone() },
                _ => Root { head: None, members },
            }
        });
        let mut roots: Vec<Root> = roots.collect();
        roots.sort_by_key(|root| age(&root.eldest()));
        Children { of, roots }
    }
}

struct Children {
    /// Of each message, the oldest first.
    of: Vec<Vec<usize>>,
    roots: Vec<Root>,
}

/// The beginning of a thread: a message, or several whose parent is missing.
struct Root {
    head: Option<usize>,
    members: Vec<usize>,
}

impl Root {
    /// The message that speaks for the thread.
    fn eldest(&self) -> usize {
        self.head.unwrap_or_else(|| self.members[0])
    }

    fn absorb(&mut self, letters: &[Letter], other: Self) {
        let is_answer = |root: &Self| root.head.is_some_and(|head| letters[head].answers);
        match (self.head, other.head) {
            (None, None) => self.members.extend(other.members),
            (None, Some(head)) => self.members.push(head),
            (Some(_), Some(head)) if is_answer(&other) && !is_answer(self) => {
                self.members.push(head);
            }
            (Some(head), _) => {
                *self = Self { head: None, members: vec![head, other.eldest()] };
            }
        }
        self.members.sort_by_key(|index| (letters[*index].sent_at, letters[*index].number));
    }
}

/// Step 5: threads with one subject become one, where one of them can be an answer to it.
fn by_subject(letters: &[Letter], roots: Vec<Root>) -> Vec<Root> {
    let subject = |root: &Root| letters[root.eldest()].subject.as_str();
    let answers = |root: &Root| root.head.is_some_and(|head| letters[head].answers);
    let mut table: HashMap<&str, usize> = HashMap::new();
    for (index, root) in roots.iter().enumerate().filter(|(_, root)| !subject(root).is_empty()) {
        let at = table.entry(subject(root)).or_insert(index);
        let known = &roots[*at];
        if (root.head.is_none() && known.head.is_some()) || (answers(known) && !answers(root)) {
            *at = index;
        }
    }
    let target = |(index, root): (usize, &Root)| match subject(root) {
        "" => index,
        subject => table.get(subject).copied().unwrap_or(index),
    };
    let targets: Vec<usize> = roots.iter().enumerate().map(target).collect();
    let mut kept: Vec<Option<Root>> = Vec::new();
    let mut absorbed = Vec::new();
    for (index, root) in roots.into_iter().enumerate() {
        match targets[index] == index {
            true => kept.push(Some(root)),
            false => {
                kept.push(None);
                absorbed.push((targets[index], root));
            }
        }
    }
    for (target, root) in absorbed {
        if let Some(kept) = &mut kept[target] {
            kept.absorb(letters, root);
        }
    }
    let mut roots: Vec<Root> = kept.into_iter().flatten().collect();
    roots.sort_by_key(|root| (letters[root.eldest()].sent_at, letters[root.eldest()].number));
    roots
}

/// A message and what answers it; a chain of single answers needs no parentheses.
fn write(
    shown: &mut String,
    letters: &[Letter],
    of: &[Vec<usize>],
    (mut at, mut children): (usize, &[usize]),
) {
    loop {
        shown.push_str(&letters[at].number.to_string());
        match children {
            [] => return,
            [only] => {
                shown.push(' ');
                (at, children) = (*only, &of[*only]);
            }
            several => {
                shown.push(' ');
                return write_each(shown, letters, of, several);
            }
        }
    }
}

fn write_each(shown: &mut String, letters: &[Letter], of: &[Vec<usize>], several: &[usize]) {
    for index in several {
        shown.push('(');
        write(shown, letters, of, (*index, &of[*index]));
        shown.push(')');
    }
}
