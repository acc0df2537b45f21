//! The link that starts the desktop program. Source: contract section 2.4.

use super::state::Flow;

/// The schemes that the vendor's samples register for the program.
const SCHEMES: [&str; 2] = ["viafirmawpfclient", "viafirmadesktop"];

/// Why a link does not start an operation in the desktop program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LaunchError {
    /// The operating system knows no program for the link.
    #[error("the link does not begin as a link to the desktop program")]
    Scheme,
    /// Members are missing, unknown or there twice.
    #[error("the link needs url and operationId, and knows only isParallel=true besides")]
    Members,
    /// `url` is not this server's public base address, written raw and without a final slash.
    #[error("the link names another server")]
    Server,
    /// This server has no such operation, or no longer.
    #[error("the link names no operation of this server")]
    Operation,
    /// `isParallel=true` belongs to operations of the batch flow, and only to them.
    #[error("isParallel does not suit the operation's flow")]
    Flow,
}

/// A link's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Launch<'a> {
    pub(super) url: &'a str,
    pub(super) operation_id: &'a str,
    pub(super) parallel: bool,
}

impl<'a> Launch<'a> {
    /// Reads a link. Its values are raw, so nothing is decoded.
    ///
    /// # Errors
    /// [`LaunchError::Scheme`], [`LaunchError::Members`].
    pub(super) fn parse(link: &'a str) -> Result<Self, LaunchError> {
        let (scheme, query) = link.split_once("://?").ok_or(LaunchError::Scheme)?;
        if !SCHEMES.contains(&scheme) {
            return Err(LaunchError::Scheme);
        }
        let mut members = [("url", None), ("operationId", None), ("isParallel", None)];
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').ok_or(LaunchError::Members)?;
            let slot = members.iter_mut().find(|(known, _)| *known == name).ok_or(LaunchError::Members)?;
            if value.is_empty() || slot.1.replace(value).is_some() {
                return Err(LaunchError::Members);
            }
        }
        match members {
            [(_, Some(url)), (_, Some(operation_id)), (_, None)] => Ok(Self { url, operation_id, parallel: false }),
            [(_, Some(url)), (_, Some(operation_id)), (_, Some("true"))] => {
                Ok(Self { url, operation_id, parallel: true })
            }
            _ => Err(LaunchError::Members),
        }
    }
}

/// The link as the vendor's own pages build it.
pub(super) fn link(public_base_url: &str, operation_id: &str, flow: Flow) -> String {
    let parallel = if flow == Flow::Batch { "&isParallel=true" } else { "" };
    let [scheme, _] = SCHEMES;
    format!("{scheme}://?url={public_base_url}&operationId={operation_id}{parallel}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vendors_own_link_is_read_back() {
        for (flow, parallel) in [(Flow::Batch, true), (Flow::Direct, false)] {
            let link = link("https://sandbox-platform.viafirma.com/platform", "1518614616080JZOZ4JRB", flow);
            let launch = Launch {
                url: "https://sandbox-platform.viafirma.com/platform",
                operation_id: "1518614616080JZOZ4JRB",
                parallel,
            };
            assert_eq!(Launch::parse(&link), Ok(launch));
            assert_eq!(Launch::parse(&link.replace("viafirmawpfclient", "viafirmadesktop")), Ok(launch));
        }
    }

    #[test]
    fn anything_else_is_no_link() {
        for (bad, why) in [
            ("", LaunchError::Scheme),
            ("https://?url=u&operationId=o", LaunchError::Scheme),
            ("viafirmawpfclient:?url=u&operationId=o", LaunchError::Scheme),
            ("viafirmawpfclient://?url=u", LaunchError::Members),
            ("viafirmawpfclient://?url=u&operationId=", LaunchError::Members),
            ("viafirmawpfclient://?url=u&url=u&operationId=o", LaunchError::Members),
            ("viafirmawpfclient://?url=u&operationId=o&isParallel=false", LaunchError::Members),
            ("viafirmawpfclient://?url=u&operationId=o&sessionId=s", LaunchError::Members),
        ] {
            assert_eq!(Launch::parse(bad), Err(why), "{bad}");
        }
    }
}
