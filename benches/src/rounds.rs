//! One interleaved run: all contenders answer the same questions in rounds, each round in another order.

use std::{hint::black_box, time::Instant};

use serde::Serialize;

const ROUNDS: usize = 9;

/// Who answers.
pub struct Contender<'a> {
    name: &'static str,
    answer_all: Box<dyn Fn() -> u64 + 'a>,
    answers: Box<dyn Fn() -> Vec<u8> + 'a>,
}

impl<'a> Contender<'a> {
    /// `answer` is asked with the number of each question.
    pub fn new(name: &'static str, questions: usize, answer: impl Fn(usize) -> u8 + Copy + 'a) -> Self {
        Self {
            name,
            answer_all: Box::new(move || (0..questions).map(|question| u64::from(answer(question))).sum()),
            answers: Box::new(move || (0..questions).map(answer).collect()),
        }
    }
}

/// How one did.
#[derive(Serialize)]
pub struct Line {
    pub set: &'static str,
    pub question: &'static str,
    pub points: &'static str,
    pub contender: &'static str,
    /// Nanoseconds for an answer, the median of the rounds.
    pub ns: f64,
    /// Times as long as the first.
    pub ratio: f64,
    /// Answers that are not those of the first.
    pub differ: usize,
}

/// Runs them against each other; the first is ours.
pub fn run(
    set: &'static str,
    question: &'static str,
    points: &'static str,
    questions: usize,
    contenders: &[Contender<'_>],
) -> Vec<Line> {
    let mut seconds = vec![Vec::with_capacity(ROUNDS); contenders.len()];
    for round in 0..ROUNDS {
        for turn in 0..contenders.len() {
            let who = (round + turn) % contenders.len();
            // Once unmeasured: what the one before left in the caches is not its fault.
            black_box((contenders[who].answer_all)());
            let begun = Instant::now();
            black_box((contenders[who].answer_all)());
            seconds[who].push(begun.elapsed().as_secs_f64());
        }
    }
    let medians: Vec<f64> = seconds
        .into_iter()
        .map(|seconds| median(seconds) / questions as f64 * 1e9)
        .collect();
    let first = (contenders[0].answers)();
    let line = |(contender, ns): (&Contender<'_>, &f64)| {
        let answers = (contender.answers)();
        Line {
            set,
            question,
            points,
            contender: contender.name,
            ns: *ns,
            ratio: ns / medians[0],
            differ: answers.iter().zip(&first).filter(|(a, b)| a != b).count(),
        }
    };
    contenders.iter().zip(&medians).map(line).collect()
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
