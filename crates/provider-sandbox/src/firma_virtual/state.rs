//! Everything the simulated vendor knows.

use std::collections::{HashMap, VecDeque};

use aws_lc_rs::hmac;
use chrono::{DateTime, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::catalogue::FeeRow;
use super::config::{FirmaVirtualConfig, PartyType, User};
use super::contract::{Contract, MailTokens, Signer, SignerData};
use super::variants::Variants;

/// Number of a contract, in order of arrival.
pub(super) type ContractKey = usize;

/// A signer of a contract, by the signer's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seat {
    pub(super) contract: ContractKey,
    pub(super) num: u32,
}

/// The vendor's world.
pub(crate) struct State {
    rng: StdRng,
    /// Key of the tokens.
    pub(super) token_key: hmac::Key,
    pub(super) users: Vec<User>,
    pub(super) catalogue: Vec<FeeRow>,
    pub(super) variants: Variants,
    contracts: Vec<Contract>,
    by_id: HashMap<String, ContractKey>,
    signers: u32,
    registered: u32,
    /// The mails of the last hour, oldest first: when they left, whose contract they were about, how many they were.
    mails: VecDeque<(DateTime<Utc>, u32, usize)>,
    /// How many callbacks were posted.
    pub(super) callbacks: u64,
}

impl State {
    pub(super) fn new(seed: Option<u64>, config: &FirmaVirtualConfig) -> Self {
        let mut rng = seed.map_or_else(|| StdRng::from_rng(&mut rand::rng()), StdRng::seed_from_u64);
        let token_key = new_token_key(&mut rng);
        Self {
            rng,
            token_key,
            users: config.users.clone(),
            catalogue: config.catalogue.clone(),
            variants: config.variants.clone(),
            contracts: Vec::new(),
            by_id: HashMap::new(),
            signers: 522,
            registered: 0,
            mails: VecDeque::new(),
            callbacks: 0,
        }
    }

    /// Makes every token that was given so far a bad one.
    pub(super) fn revoke_tokens(&mut self) {
        self.token_key = new_token_key(&mut self.rng);
    }

    pub(super) fn user(&self, id: u32) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(super) fn user_mut(&mut self, id: u32) -> Option<&mut User> {
        self.users.iter_mut().find(|user| user.id == id)
    }

    pub(super) fn fee(&self, id: i64) -> Option<&FeeRow> {
        self.catalogue.iter().find(|row| row.id == id)
    }

    /// All contracts, also deleted ones, oldest first.
    pub(super) fn contracts(&self) -> impl Iterator<Item = (ContractKey, &Contract)> {
        self.contracts.iter().enumerate()
    }

    pub(super) fn contract(&self, key: ContractKey) -> Option<&Contract> {
        self.contracts.get(key)
    }

    pub(super) fn contract_mut(&mut self, key: ContractKey) -> Option<&mut Contract> {
        self.contracts.get_mut(key)
    }

    /// The contract with that id, deleted or not.
    pub(super) fn key_of(&self, id: &str) -> Option<ContractKey> {
        self.by_id.get(id).copied()
    }

    /// The contract with that id when it is that user's and was not deleted.
    pub(super) fn own(&self, owner: u32, id: &str) -> Option<ContractKey> {
        let key = self.key_of(id)?;
        let contract = self.contract(key)?;
        (contract.owner == owner && !contract.deleted).then_some(key)
    }

    /// The signer whose page has that secret.
    pub(super) fn seat_of(&self, page: &str) -> Option<Seat> {
        self.contracts().find_map(|(contract, found)| {
            let signer = found.signers.iter().find(|signer| signer.page == page && !found.deleted)?;
            Some(Seat { contract, num: signer.num })
        })
    }

    pub(super) fn insert(&mut self, contract: Contract) -> ContractKey {
        let key = self.contracts.len();
        self.by_id.insert(contract.id.clone(), key);
        self.contracts.push(contract);
        key
    }

    /// A signer who has done nothing yet.
    pub(super) fn new_signer(&mut self, data: SignerData, party: PartyType, portion: i64) -> Signer {
        self.signers += 1;
        let mail = MailTokens { download: self.new_hex(13), agree: self.new_hex(14), disagree: self.new_hex(11) };
        Signer {
            num: self.signers,
            data,
            party,
            portion,
            page: self.new_hex(32),
            mail,
            asked: false,
            invited: false,
            downloaded: false,
            decision: None,
            paid: false,
            signed: None,
        }
    }

    /// The vendor's internal id of the next contract.
    pub(super) fn next_auto_id(&self) -> String {
        format!("AP{}", 211 + self.contracts.len())
    }

    /// The notary's next register number of a year.
    pub(super) fn next_register_number(&mut self, now: DateTime<Utc>) -> String {
        self.registered += 1;
        format!("{}-{}", 1_000 + self.registered, now.format("%Y"))
    }

    /// A new contract's id: a random UUID.
    pub(super) fn new_id(&mut self) -> String {
        let mut bytes: [u8; 16] = self.rng.random();
        let [.., version, _, variant, _, _, _, _, _, _, _] = &mut bytes;
        *version = (*version & 0x0f) | 0x40;
        *variant = (*variant & 0x3f) | 0x80;
        let digits = hex::encode(bytes);
        let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
        format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
    }

    /// So many hexadecimal digits.
    pub(super) fn new_hex(&mut self, digits: usize) -> String {
        self.random_text("0123456789abcdef", digits)
    }

    /// So many decimal digits.
    pub(super) fn new_digits(&mut self, digits: usize) -> String {
        self.random_text("0123456789", digits)
    }

    fn random_text(&mut self, alphabet: &str, length: usize) -> String {
        (0..length).filter_map(|_| alphabet.chars().nth(self.rng.random_range(0..alphabet.len()))).collect()
    }

    /// Books so many mails of a user; `false`, and nothing booked, when they are more than the hour still allows.
    pub(super) fn book_mails(&mut self, owner: u32, count: usize, now: DateTime<Utc>) -> bool {
        while self.mails.front().is_some_and(|(at, ..)| now - *at >= TimeDelta::hours(1)) {
            self.mails.pop_front();
        }
        let own = self.mails.iter().filter(|(_, whose, _)| *whose == owner);
        if own.map(|(.., sent)| sent).sum::<usize>() + count > self.variants.mail_limit {
            return false;
        }
        self.mails.push_back((now, owner, count));
        true
    }
}

fn new_token_key(rng: &mut StdRng) -> hmac::Key {
    let secret: [u8; 32] = rng.random();
    hmac::Key::new(hmac::HMAC_SHA256, &secret)
}
