//! A broker with one account at one simulated provider, and what scenarios ask of it.

use provider_sandbox::{Sandbox, Script, Transaction};
use serde_json::{Value, json};
use tests::{App, CONTRACT, Envelope, EnvelopeBuilder, Sample, Setup, Tenant, an_envelope};

use crate::vendors::{VENDORS, Vendor};

/// One provider under test.
pub struct World {
    pub app: App,
    pub vendor: &'static Vendor,
    pub tenant: Tenant,
    /// The account's id.
    pub account: String,
}

impl World {
    /// A fresh world with the usual account.
    pub async fn of(kind: &str) -> Self {
        Self::with(kind, json!({})).await
    }

    /// The same with other settings: their members go over the usual ones.
    pub async fn with(kind: &str, settings: Value) -> Self {
        Self::on(Setup::sqlite(), kind, settings).await
    }

    /// The same with a broker of another set-up.
    pub async fn on(setup: Setup, kind: &str, settings: Value) -> Self {
        let vendor = VENDORS.iter().find(|vendor| vendor.kind == kind).expect("a provider");
        let app = setup.start().await;
        let tenant = app.tenant().await;
        let sandbox = app.sandbox();
        let account = tenant
            .account(kind, tests::merged((vendor.settings)(sandbox), &settings), (vendor.credentials)(sandbox))
            .await
            .expect(201)
            .json();
        let callback = account["callback_url"].as_str().expect("a callback URL").to_owned();
        (vendor.call_back_at)(sandbox, &callback);
        Self { vendor, tenant, account: account["id"].as_str().unwrap().to_owned(), app }
    }

    pub fn sandbox(&self) -> &Sandbox {
        self.app.sandbox()
    }

    /// An envelope without recipients, with what this provider cannot do without.
    pub fn envelope(&self) -> EnvelopeBuilder {
        an_envelope().with((self.vendor.envelope)())
    }

    /// One more recipient: the nth person of this provider's country.
    pub fn recipient(
        &self,
        envelope: EnvelopeBuilder,
        role: &str,
        number: usize,
        routing_order: u32,
    ) -> EnvelopeBuilder {
        let name = format!("person{number}");
        let builder = match role {
            "signer" => envelope.signer(&name),
            "approver" => envelope.approver(&name),
            _ => envelope.copy(&name),
        };
        builder.who((self.vendor.person)(number)).at(routing_order)
    }

    /// An envelope with so many signers, one after another.
    pub fn in_sequence(&self, signers: usize) -> EnvelopeBuilder {
        (1..=signers).fold(self.envelope(), |envelope, number| {
            self.recipient(envelope, "signer", number, u32::try_from(number).unwrap())
        })
    }

    /// An envelope with so many signers at the same time.
    pub fn in_parallel(&self, signers: usize) -> EnvelopeBuilder {
        (1..=signers).fold(self.envelope(), |envelope, number| self.recipient(envelope, "signer", number, 1))
    }

    /// An envelope with so many signers: one after another where the provider can, else at the same time.
    pub async fn several(&self, signers: usize) -> EnvelopeBuilder {
        if self.can("sequential_order").await { self.in_sequence(signers) } else { self.in_parallel(signers) }
    }

    /// A draft with the usual contract.
    pub async fn draft(&self, envelope: &EnvelopeBuilder) -> Envelope {
        self.draft_of(envelope, &[CONTRACT]).await
    }

    pub async fn draft_of(&self, envelope: &EnvelopeBuilder, documents: &[Sample]) -> Envelope {
        self.tenant.draft(envelope, documents).await
    }

    /// Sends a draft of this envelope and gives it.
    pub async fn sent(&self, envelope: &EnvelopeBuilder) -> Envelope {
        let draft = self.draft(envelope).await;
        self.send(&draft).await;
        draft
    }

    /// Sends it; the answer does not wait for the submission.
    pub async fn send(&self, draft: &Envelope) {
        self.tenant.api.post(&draft.path("/send")).await.expect(202);
    }

    /// Everybody signs, as soon as it is their turn, except those with a behaviour of their own.
    pub fn everybody_signs(&self) {
        self.behave(Script::sign_after_ms(0));
    }

    pub fn behave(&self, everybody: Script) {
        let mut scripts = self.sandbox().scripts();
        scripts.default = everybody;
        self.sandbox().set_scripts(scripts);
    }

    /// What the nth person does. Providers know people by e-mail address or by identity number.
    pub fn person_behaves(&self, number: usize, script: Script) {
        let mut scripts = self.sandbox().scripts();
        for key in self.keys_of(number) {
            scripts.by_email.insert(key, script);
        }
        self.sandbox().set_scripts(scripts);
    }

    /// What the provider may know the nth person by.
    pub fn keys_of(&self, number: usize) -> Vec<String> {
        let person = (self.vendor.person)(number);
        let id = person["national_id"]["value"].as_str().map(str::to_owned);
        [Some(format!("person{number}@example.com")), id].into_iter().flatten().collect()
    }

    /// The nth person signs whatever they are asked to at this provider.
    pub async fn signs(&self, number: usize) {
        self.signs_as(&self.keys_of(number)).await;
    }

    /// Whoever the provider knows by one of these signs.
    pub async fn signs_as(&self, keys: &[String]) {
        let asked = tests::eventually(&format!("one of {keys:?} is asked to act"), async || {
            let asked: Vec<(String, String)> = self
                .transactions()
                .into_iter()
                .flat_map(|t| t.people.into_iter().map(move |person| (t.id.clone(), person)))
                .filter(|(_, person)| person.may_act && keys.iter().any(|key| self.is_same(key, &person.contact)))
                .map(|(id, person)| (id, person.contact))
                .collect();
            (!asked.is_empty()).then_some(asked)
        })
        .await;
        for (transaction, contact) in asked {
            (self.vendor.sign)(self.sandbox(), &transaction, &contact).await.expect("the recipient can sign");
        }
    }

    /// Providers write identity numbers with and without their punctuation.
    fn is_same(&self, one: &str, other: &str) -> bool {
        let bare = |text: &str| text.to_lowercase().replace(['.', '-', '/'], "");
        one.eq_ignore_ascii_case(other) || (!one.contains('@') && bare(one) == bare(other))
    }

    /// The provider's transactions, oldest first.
    pub fn transactions(&self) -> Vec<Transaction> {
        self.sandbox().transactions().into_iter().filter(|t| t.vendor == self.vendor.kind).collect()
    }

    /// Those of them that could reach a recipient.
    pub fn live(&self) -> usize {
        self.transactions().iter().filter(|transaction| transaction.live).count()
    }

    /// How well the account honours each feature.
    pub async fn capabilities(&self) -> Vec<(String, String)> {
        let path = format!("/v1/provider-accounts/{}/capabilities", self.account);
        let matrix = self.tenant.api.get(&path).await.expect(200).json();
        let rows = matrix["capabilities"].as_array().expect("a matrix").clone();
        rows.iter()
            .map(|row| (row["feature"].as_str().unwrap().to_owned(), row["support"].as_str().unwrap().to_owned()))
            .collect()
    }

    /// How well the account honours this feature.
    pub async fn support(&self, feature: &str) -> String {
        let found = self.capabilities().await.into_iter().find(|(name, _)| name == feature);
        found.expect("a feature of the matrix").1
    }

    /// Whether the account does this, itself or with the broker's help.
    pub async fn can(&self, feature: &str) -> bool {
        self.support(feature).await != "unsupported"
    }

    /// Asserts that this envelope is refused at plan and at send because of `feature`, with a pointer, and nothing is sent.
    pub async fn is_refused(&self, envelope: &EnvelopeBuilder, documents: &[Sample], feature: &str) {
        let draft = self.draft_of(envelope, documents).await;
        let before = self.transactions().len();
        let plan = self.tenant.api.get(&draft.path("/plan")).await.expect(200).json();
        assert_eq!(plan["sendable"], false, "{feature}: {plan}");
        let errors: Vec<&Value> =
            plan["findings"].as_array().unwrap().iter().filter(|f| f["severity"] == "error").collect();
        let about = errors.iter().find(|finding| finding["feature"] == feature);
        let about = about.unwrap_or_else(|| panic!("no finding is about {feature}: {errors:?}"));
        assert!(about["pointer"].as_str().is_some_and(|pointer| pointer.starts_with('/')), "{about}");
        let problem = self.tenant.api.post(&draft.path("/send")).await.problem(422, "capability-unsupported");
        assert!(
            problem.pointers().contains(&about["pointer"].as_str().unwrap().to_owned()),
            "{:?}",
            problem.pointers()
        );
        assert_eq!(self.transactions().len(), before, "{feature}: nothing was sent");
        assert_eq!(draft.get().await["status"], "draft");
    }
}
