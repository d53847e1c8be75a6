use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::Address;

/// A bounded number of seats for each address. Only addresses that hold one are remembered.
#[derive(Clone)]
pub(super) struct Seats {
    most: usize,
    taken: Arc<Mutex<HashMap<Address, usize>>>,
}

impl Seats {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            taken: Arc::default(),
        }
    }

    /// A seat, if the address has one left; it is given back when dropped.
    pub(super) fn take(&self, address: Address) -> Option<Seat> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let held = taken.get(&address).copied().unwrap_or(0);
        if held >= self.most {
            return None;
        }
        taken.insert(address, held + 1);
        Some(Seat {
            address,
            seats: self.clone(),
        })
    }
}

/// A seat that is held.
pub(super) struct Seat {
    address: Address,
    seats: Seats,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(&self.address) {
            Some(held) if *held > 1 => *held -= 1,
            _ => drop(taken.remove(&self.address)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn a_seat_given_back_is_another_s_and_nothing_is_remembered() {
        let seats = Seats::new(2);
        let [one, two] = ["192.0.2.1", "192.0.2.2"].map(|ip| Address::from(ip.parse::<IpAddr>().unwrap()));
        let (first, second) = (seats.take(one).unwrap(), seats.take(one).unwrap());
        assert!(seats.take(one).is_none());
        assert!(seats.take(two).is_some());
        drop(first);
        let third = seats.take(one).unwrap();
        assert!(seats.take(one).is_none());
        drop((second, third));
        assert!(seats.taken.lock().unwrap().is_empty());
    }
}
