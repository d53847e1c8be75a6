//! What days were judged by lately: an area of a whole borough takes longer to prepare than a day to be judged, and
//! a rep's day is folded often.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use onbeat_core::{
    place::Edges,
    record::Hash,
    rules::{Basis, Places},
};

/// Bytes of the shapes that prepared places were made of. Prepared, an area takes about five times as much, and its
/// districts again.
const SHAPES_MOST: usize = 12 * 1024 * 1024;
/// Bases kept over all of them: a rep's documents each, some ten kilobytes.
const BASES_MOST: usize = 2_048;
/// Fixes whose distance to the edge is remembered, and as many again: 35 MB for both.
const FIXES_MOST: usize = 400_000;

/// Bases by the area that they share and by what they are made of; the area that was asked for last is the last.
#[derive(Debug)]
pub(crate) struct Bases {
    grounds: Mutex<VecDeque<Ground>>,
    edges: Arc<Edges>,
}

/// An area, and the bases of those who work in it.
#[derive(Debug)]
struct Ground {
    area: Hash,
    places: Places,
    shape_bytes: usize,
    bases: HashMap<Hash, Arc<Basis>>,
}

impl Default for Bases {
    fn default() -> Self {
        Self {
            grounds: Mutex::default(),
            edges: Arc::new(Edges::new(FIXES_MOST)),
        }
    }
}

impl Bases {
    /// Made of the same documents before.
    pub(crate) fn find(&self, area: &Hash, made_of: &Hash) -> Option<Arc<Basis>> {
        self.of(area, |ground| ground.bases.get(made_of).cloned())
    }

    /// An area that was prepared before.
    pub(crate) fn places(&self, area: &Hash) -> Option<Places> {
        self.of(area, |ground| Some(ground.places.clone()))
    }

    /// Keeps prepared places, made of shapes of so many bytes. Those to judge by remember the fixes that they judged.
    pub(crate) fn keep_places(&self, area: Hash, places: Places, shape_bytes: usize) -> Places {
        let places = places.remembering(&self.edges);
        let mut grounds = self.grounds.lock().unwrap_or_else(PoisonError::into_inner);
        grounds.retain(|ground| ground.area != area);
        grounds.push_back(Ground {
            area,
            places: places.clone(),
            shape_bytes,
            bases: HashMap::new(),
        });
        while grounds.len() > 1 && grounds.iter().map(|ground| ground.shape_bytes).sum::<usize>() > SHAPES_MOST {
            grounds.pop_front();
        }
        places
    }

    /// Keeps a basis over places that are kept, and makes room where there are too many.
    pub(crate) fn keep(&self, area: &Hash, made_of: Hash, basis: &Arc<Basis>) {
        let mut grounds = self.grounds.lock().unwrap_or_else(PoisonError::into_inner);
        if grounds.iter().map(|ground| ground.bases.len()).sum::<usize>() >= BASES_MOST {
            let longest_unasked = grounds.iter_mut().find(|ground| !ground.bases.is_empty());
            longest_unasked.into_iter().for_each(|ground| ground.bases.clear());
        }
        if let Some(ground) = grounds.iter_mut().find(|ground| ground.area == *area) {
            ground.bases.insert(made_of, Arc::clone(basis));
        }
    }

    fn of<T>(&self, area: &Hash, ask: impl FnOnce(&Ground) -> Option<T>) -> Option<T> {
        let mut grounds = self.grounds.lock().unwrap_or_else(PoisonError::into_inner);
        let place = grounds.iter().position(|ground| ground.area == *area)?;
        let ground = grounds.remove(place)?;
        let told = ask(&ground);
        grounds.push_back(ground);
        told
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use onbeat_core::{
        policy::Policy,
        reference::{Document, Rep},
    };

    use super::*;

    fn basis(places: &Places) -> Arc<Basis> {
        let rep = Rep {
            name: "Wang".into(),
            team: "t1".into(),
            role: None,
            districts: Vec::new(),
            customers: Vec::new(),
        };
        let documents = [
            ("policy".to_owned(), Document::Policy(Policy::default())),
            ("wang".to_owned(), Document::Rep(rep)),
        ];
        Arc::new(Basis::over("wang", &documents, || Ok(places.clone())).unwrap())
    }

    fn hash(n: usize) -> Hash {
        Hash::of(n.to_string())
    }

    #[test]
    fn reps_of_one_area_share_it() {
        let (bases, nowhere) = (Bases::default(), Places::prepare(None, |_| None).unwrap());
        bases.keep_places(hash(0), nowhere, 1);
        let places = bases.places(&hash(0)).unwrap();
        let (one, other) = (basis(&places), basis(&places));
        bases.keep(&hash(0), hash(1), &one);
        bases.keep(&hash(0), hash(2), &other);
        assert!(Arc::ptr_eq(&bases.find(&hash(0), &hash(1)).unwrap(), &one));
        assert!(Arc::ptr_eq(&one.area, &other.area));
        assert!(bases.find(&hash(0), &hash(3)).is_none());
        assert!(bases.find(&hash(1), &hash(1)).is_none(), "over another area");
    }

    #[test]
    fn what_is_kept_is_bounded_and_what_was_asked_for_stays() {
        let (bases, nowhere) = (Bases::default(), Places::prepare(None, |_| None).unwrap());
        let basis = basis(&nowhere);
        let areas = 5;
        for n in 0..areas {
            bases.keep_places(hash(n), nowhere.clone(), SHAPES_MOST / 4);
            bases.keep(&hash(n), hash(n), &basis);
            assert!(bases.places(&hash(0)).is_some(), "asked for after each");
        }
        let kept: Vec<_> = (0..areas)
            .filter(|n| bases.find(&hash(*n), &hash(*n)).is_some())
            .collect();
        assert_eq!(kept, [0, 2, 3, 4]);
        for n in 10..10 + 2 * BASES_MOST {
            bases.keep(&hash(4), hash(n), &basis);
        }
        let count = |area: usize| {
            (0..10 + 2 * BASES_MOST)
                .filter(|n| bases.find(&hash(area), &hash(*n)).is_some())
                .count()
        };
        assert!((0..areas).map(count).sum::<usize>() <= BASES_MOST);
    }
}
