//! The lines of an epoch: which of them a record, a seal or an anchor belongs to.

use super::{
    chain::Stands,
    clock::Anchored,
    reader::{Ahead, Found, Text},
    report::{FaultCode as Code, Findings, NoticeCode, Place},
    section::Section,
    witness::{Witness, read_desk_head},
};
use crate::record::{Anchor, Body, Certificate, Hash, KeyRing, Seal};

/// The `type` of a record that brings an anchor, in its field `anchor`.
const ANCHORED: &str = "clock.anchored";

/// Takes the next record into the newest of an epoch's `sections`; it may vouch for a record of a desk.
pub(super) fn take_record<E>(
    sections: &mut [Section],
    found: &Found,
    file_line: u64,
    ahead: impl FnOnce() -> Result<Ahead, E>,
    keys: &KeyRing,
    findings: &mut Findings,
) -> Result<Option<(Place, Witness)>, E> {
    let newest = sections.len() - 1;
    let section = &mut sections[newest];
    let stands = section.chain.place(found, file_line, ahead, findings)?;
    if matches!(stands, Stands::Nowhere) {
        return Ok(None);
    }
    if let Some(start) = &section.branch {
        section.chain.check_name(found, start, file_line, findings);
    }
    section.count(found, file_line, findings);
    if let (Stands::Newest, Text::Read(body)) = (stands, &found.body) {
        let seq = found.head.seq;
        let anchored = read_anchor(body)
            .filter(|anchored| check_anchor(sections, &anchored.anchor, Some(seq), file_line, keys, findings));
        let section = &mut sections[newest];
        section.carry_on(body, seq, file_line, findings);
        section.clocks.record(
            (seq, file_line),
            &body.at,
            anchored.as_ref(),
            &section.chain.place,
            findings,
        );
    }
    sections[newest].compare_so_far(findings);
    Ok(match &found.body {
        Text::Read(body) => read_desk_head(body),
        _ => None,
    })
}

fn read_anchor(body: &Body) -> Option<Anchored> {
    if body.kind != ANCHORED {
        return None;
    }
    serde_json::from_value(body.fields.clone().into()).ok()
}

/// Whether an anchor, in the body of record `seq` or on a line of its own, was signed over this history.
pub(super) fn check_anchor(
    sections: &[Section],
    anchor: &Anchor,
    seq: Option<u64>,
    file_line: u64,
    keys: &KeyRing,
    findings: &mut Findings,
) -> bool {
    let Some(chain) = sections.last().map(|section| &section.chain) else {
        return false;
    };
    let place = &chain.place;
    let why = if let Err(e) = keys.check(anchor, Some(anchor.server_at)) {
        e.to_string()
    } else if anchor.stream != place.stream || anchor.epoch > place.epoch || anchor.epoch == 0 {
        "an anchor of another log".into()
    } else if anchor.epoch == place.epoch && seq.is_some_and(|seq| anchor.seq >= seq) {
        "an anchor over a record that comes after it".into()
    } else if anchor.epoch == place.epoch && hash_at(sections, anchor.seq).is_some_and(|hash| hash != anchor.hash) {
        "an anchor over another record than the one here".into()
    } else {
        return true;
    };
    findings.fault(Code::BadAnchor, place, seq.unwrap_or(anchor.seq), file_line, why);
    false
}

/// Hash of a record of the newest section, or of the main line before it branched.
fn hash_at(sections: &[Section], seq: u64) -> Option<Hash> {
    let newest = sections.last()?;
    let branched_at = newest.branch.as_ref().map_or(0, |start| start.seq);
    let holder = if seq < branched_at { &sections[0] } else { newest };
    holder.chain.known.get(seq)
}

/// Takes a seal whose signature holds: it stands for the line that has its record, else for the newest.
pub(super) fn take_seal(sections: &mut [Section], seal: &Seal, file_line: u64, findings: &mut Findings) {
    let newest = sections.len() - 1;
    let holds = |section: &Section| section.chain.known.get(seal.seq) == Some(seal.hash);
    let index = sections.iter().rposition(holds).unwrap_or(newest);
    let section = &mut sections[index];
    if section.chain.known.forgot(seal.seq) {
        let why = "a seal stands too far behind its record: it was not compared";
        findings.notice(NoticeCode::Unchecked, &section.chain.place, seal.seq, why);
        return;
    }
    if section.chain.sealed(seal, file_line, findings) {
        section.sealed_seq = section.sealed_seq.max(seal.seq);
    }
}

/// An epoch continues the one before it where its certificate names the heads that are there.
pub(super) fn check_heads(former: &[Section], certificate: &Certificate, file_line: u64, findings: &mut Findings) {
    let place = Place {
        stream: certificate.stream.clone(),
        epoch: certificate.epoch,
        branch: String::new(),
    };
    let here = |hash: &&Hash| former.iter().any(|section| section.chain.known.holds(hash));
    let missing: Vec<&Hash> = certificate.heads.iter().filter(|hash| !here(hash)).collect();
    if missing.len() < certificate.heads.len() {
        for hash in missing {
            let why = format!("the head {hash} of the epoch before is not here: it was never taken in, or was cut");
            findings.notice(NoticeCode::HeadMissing, &place, 0, why);
        }
    } else if former.iter().any(|section| section.chain.known.forgot_any()) && !missing.is_empty() {
        let why = "the heads it names lie too far behind: they were not compared";
        findings.notice(NoticeCode::Unchecked, &place, 0, why);
    } else {
        let why = "its certificate names no record of the epoch before that is here";
        findings.fault(Code::Unlinked, &place, 0, file_line, why);
    }
}
