//! What memory a large document costs where it travels as base64 inside JSON: to GoFirmex, and to ArqSign and back.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use provider_sandbox::arqsign::Account;
use provider_sandbox::gofirmex::GoFirmex;
use serde_json::{Value, json};

use crate::pdf_file;
use crate::report::mib;
use crate::run::{MIB, sqlite_url};
use crate::sink;
use crate::subject::{Setup, Subject};

/// The size of the document that is sent first, so that what a process makes once is there before it is measured.
const SMALL: usize = 100_000;
/// How long one envelope may take.
const PATIENCE: Duration = Duration::from_secs(300);
/// The pause between two looks at an envelope.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// A way of a document, and the account at whose vendor it goes.
struct Way {
    name: &'static str,
    account: Value,
    /// The signer's number, of the vendor's country.
    national_id: Value,
    phone: &'static str,
    /// The envelope's states at the end of the way.
    ends: &'static [&'static str],
}

/// Peak memory of a fresh broker before and after one document of `mebibytes`, for each way.
///
/// # Errors
/// When a document does not arrive.
pub async fn measure(binary: &Path, folder: &Path, mebibytes: usize) -> Result<Vec<(String, String)>> {
    let size = mebibytes.saturating_mul(MIB);
    let limit = u64::try_from(size)?;
    let (_vendors, address) = sink::start(folder, limit, true).await?;
    let mut lines = Vec::new();
    for way in [to_gofirmex(address, limit), there_and_back_through_arqsign(address, limit)] {
        eprintln!("{mebibytes} MiB {}", way.name);
        let folder = folder.join(way.account.get("kind").and_then(Value::as_str).unwrap_or_default());
        std::fs::create_dir_all(&folder)?;
        let setup = Setup {
            binary: binary.to_owned(),
            database_url: sqlite_url(&folder),
            folder,
            account: way.account.clone(),
        };
        let broker = Subject::start(&setup).await?;
        carry(&broker, &way, SMALL).await?;
        let before = broker.process.memory()?.peak;
        carry(&broker, &way, size).await?;
        let after = broker.process.memory()?.peak;
        lines.push((format!("peak memory before a document in base64 {}", way.name), mib(before)));
        lines.push((format!("peak memory after one of {mebibytes} MiB {}", way.name), risen(before, after, limit)));
    }
    Ok(lines)
}

/// The peak, by how much it rose, and what part of the document that is.
fn risen(before: u64, after: u64, document_bytes: u64) -> String {
    let rise = after.saturating_sub(before);
    let hundredths = rise.saturating_mul(1024 * 100) / document_bytes.max(1);
    format!("{} (+{}, × {}.{:02} of it)", mib(after), mib(rise), hundredths / 100, hundredths % 100)
}

/// Sends an envelope with one document of this size and waits until it is at the end of the way.
async fn carry(broker: &Subject, way: &Way, size: usize) -> Result<()> {
    let described = json!({
        "subject": "Employment contract",
        "recipients": [{
            "role": "signer", "name": "Ana Soto Vega", "given_name": "Ana", "family_name": "Soto",
            "second_family_name": "Vega", "email": "ana@example.com", "national_id": way.national_id,
            "phone": way.phone, "routing_order": 1,
        }],
    });
    let id = broker.create_from(described.to_string()).await?.path_id;
    broker.upload(&id, Bytes::from(pdf_file::generate(size)?)).await?;
    broker.send(&id).await?;
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let shown: Value = serde_json::from_str(&broker.read(&id).await?)?;
        let status = shown.get("status").and_then(Value::as_str).context("an envelope without a status")?;
        if way.ends.contains(&status) {
            return Ok(());
        }
        if ["completed", "failed", "rejected", "declined", "expired", "canceled"].contains(&status) {
            bail!("an envelope {} ended otherwise: {shown}\n{}", way.name, broker.process.last_words());
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    bail!("an envelope {} did not arrive in time\n{}", way.name, broker.process.last_words())
}

/// Nobody calls back there, so the way ends when the vendor has the document.
fn to_gofirmex(vendors: SocketAddr, limit: u64) -> Way {
    let mut settings = GoFirmex::demo_settings();
    if let Some(members) = settings.as_object_mut() {
        members.insert("base_url".to_owned(), format!("http://{vendors}/gofirmex").into());
        if let Some(profile) = members.get_mut("profile").and_then(Value::as_object_mut) {
            profile.insert("limits".to_owned(), json!({ "max_document_bytes": limit }));
        }
    }
    Way {
        name: "to GoFirmex",
        account: json!({
            "kind": "gofirmex", "settings": settings,
            "credentials": { "private_key_pem": GoFirmex::demo_private_key_pem() },
        }),
        national_id: json!({ "type": "rut", "value": "12345678-5" }),
        phone: "+56912345671",
        ends: &["submitted", "sent"],
    }
}

/// The signed document comes back inside the JSON of an answer.
fn there_and_back_through_arqsign(vendors: SocketAddr, limit: u64) -> Way {
    let Account { app_key, subscription_keys, users, folders, .. } = Account::demo();
    Way {
        name: "to ArqSign and back",
        account: json!({
            "kind": "arqsign",
            "settings": {
                "base_url": format!("http://{vendors}/arqsign"),
                "id_responsavel": users.first().map(|user| &user.id),
                "id_pasta": folders.first().map(|folder| &folder.id),
                "download_mode": "base64",
                "max_total_bytes": limit,
            },
            "credentials": { "app_key": app_key, "subscription_key": subscription_keys.first() },
        }),
        national_id: json!({ "type": "cpf", "value": "529.982.247-25" }),
        phone: "+5511987654321",
        ends: &["completed"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rise_is_told_beside_the_size_of_the_document() {
        assert_eq!(risen(100 * 1024, 115 * 1024, 60 << 20), "115.0 MiB (+15.0 MiB, × 0.25 of it)");
        assert_eq!(risen(2048, 2048, 60 << 20), "2.0 MiB (+0.0 MiB, × 0.00 of it)");
    }
}
