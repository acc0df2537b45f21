//! What the demo keeps from run to run, so that its database still opens: the master key and two API keys.

use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// The name of the file; only its owner may read it.
const FILE: &str = "keys.json";

/// Made at the first run and kept in the demo's folder.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Encrypts what is secret in the demo's database; 32 bytes in base64.
    pub master_key: String,
    /// The platform's key.
    pub admin_key: String,
    /// The key of the demo's tenant.
    pub api_key: String,
}

impl Kept {
    /// The keys of this folder; makes the folder and the keys when they are missing.
    pub(super) fn open(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let file = folder.join(FILE);
        match std::fs::read(&file) {
            Ok(text) => Ok(serde_json::from_slice(&text)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let kept = Self {
                    master_key: STANDARD.encode(random::<32>()?),
                    admin_key: format!("rk_admin_{}", hex::encode(random::<24>()?)),
                    api_key: format!("rk_demo_{}", hex::encode(random::<24>()?)),
                };
                let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file)?;
                file.write_all(&serde_json::to_vec_pretty(&kept)?)?;
                Ok(kept)
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| anyhow::anyhow!("the system gives no random bytes"))?;
    Ok(bytes)
}
