//! The members of a sending. Source: contract sections 2.1 and 2.2.

use super::asked::{AskedRecipient, Sending, filled, is_set};
use super::config::{DataParent, Variants};
use super::messages::Refusal;
use super::shape::{ANY_LENGTH, Faults, Kind, Member, Object, optional, required};

/// Which version of the call it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// 2.1.
    V2,
    /// 2.2.
    V3,
}

const ADVANCED: Kind = Kind::Object(&[
    optional("tempoExpiracaoDocumentoDias", Kind::Int(0, 999)),
    optional("avisoAntesExpiracaoDocumentoDias", Kind::Int(0, 99)),
    optional("frequenciaLembretesDias", Kind::Int(0, 999)),
    optional("gerarQrCode", Kind::Bit),
    optional("obrigarLeitura", Kind::Bit),
]);
const MESSAGE: Kind = Kind::Object(&[optional("titulo", Kind::Text(150)), optional("texto", Kind::Text(ANY_LENGTH))]);

const TOP: &[Member] = &[
    required("idResponsavel", Kind::Guid),
    required("nomeProcesso", Kind::Text(250)),
    required("idPasta", Kind::Guid),
    optional("configuracoesAvancadas", ADVANCED),
    optional("renovacaoMeses", Kind::Int(0, i64::MAX)),
    optional("mensagemPadrao", MESSAGE),
    required("usarOrdemAssinatura", Kind::Bit),
    required("usarPosicaoAssinaturaAutomatica", Kind::Bit),
];
const TOP_V2: &[Member] = &[
    required("destinatarios", Kind::Array(&Kind::Object(RECIPIENT))),
    required("documentos", Kind::Array(&Kind::Object(DOCUMENT))),
];
const TOP_V3: &[Member] = &[
    required("destinatarios", Kind::Array(&Kind::Object(RECIPIENT_V3))),
    required("documentos", Kind::Array(&Kind::Object(DOCUMENT_V3))),
];

const ACTION: Member = required("idTipoAcao", Kind::Int(1, 2));
const ORDER: Member = optional("ordemAssinatura", Kind::Int(1, i64::MAX));
const VISUAL: Member = optional("representacaoVisualAssinatura", Kind::AnyInt);
const NAME: Member = required("nome", Kind::Text(150));
const EMAIL: Member = optional("email", Kind::Text(150));
const PHONE: Member = optional("telefone", Kind::Text(20));
const ONLINE_OF_RECIPIENT: Member = optional("assinarOnline", Kind::AnyObject);
const RECIPIENT: &[Member] = &[ACTION, ORDER, VISUAL, NAME, EMAIL, PHONE, ONLINE_OF_RECIPIENT];
const RECIPIENT_V3: &[Member] = &[
    ACTION,
    ORDER,
    VISUAL,
    NAME,
    EMAIL,
    PHONE,
    ONLINE_OF_RECIPIENT,
    optional("alterarNotificacoes", Kind::Int(1, 4)),
    optional("retornarLinkProcesso", Kind::Bit),
];

const ORDER_OF_DOCUMENT: Member = optional("ordemDocumento", Kind::Int(1, i64::MAX));
const FILE_NAME: Member = required("nomeComExtensao", Kind::Text(ANY_LENGTH));
const DOCUMENT: &[Member] = &[ORDER_OF_DOCUMENT, FILE_NAME, required("arquivo", Kind::Text(ANY_LENGTH))];
const DOCUMENT_V3: &[Member] = &[
    ORDER_OF_DOCUMENT,
    FILE_NAME,
    optional("arquivo", Kind::Text(ANY_LENGTH)),
    optional("linkDoArquivo", Kind::Text(ANY_LENGTH)),
];

const SECURITY: Kind = Kind::Object(&[
    optional("codigoSeguranca", Kind::Digits(4)),
    optional("idMeioEnvio", Kind::AnyInt),
    optional("codigoSegurancaEmail", Kind::Text(150)),
    optional("codigoSegurancaTelefone", Kind::Text(20)),
    optional("reenviarCodigo", Kind::Bit),
]);
const ATTACHMENT: Kind = Kind::Object(&[
    optional("anexoDocumentoNome", Kind::Text(75)),
    optional("anexoObrigatorio", Kind::Bit),
    optional("anexoExibirTodosDestinatarios", Kind::Bit),
]);
const BOX: Kind = Kind::Object(&[
    required("pagina", Kind::Int(1, i64::MAX)),
    required("altura", Kind::Decimal),
    required("largura", Kind::Decimal),
    required("posicaoX", Kind::Decimal),
    required("posicaoY", Kind::Decimal),
]);
const POSITION: Kind = Kind::Object(&[
    optional("documentoDeOrdem", Kind::AnyInt),
    optional("pessoaFisica", BOX),
    optional("pessoaJuridica", BOX),
]);
const OTHER_DOCUMENT: Kind = Kind::Object(&[
    required("nomeDocumento", Kind::Text(50)),
    required("formatoDadosDocumento", Kind::Int(1, 2)),
    required("qtdeCaracteresDocumento", Kind::Int(1, i64::MAX)),
]);
const KNOWN_DATA: Kind = Kind::Object(&[
    // Its length has a message of its own.
    optional("nome", Kind::Text(ANY_LENGTH)),
    optional("numeroDocumento", Kind::Text(ANY_LENGTH)),
    optional("validarDocumento", Kind::Bit),
]);
const DATA: Kind = Kind::Object(&[
    optional("signatario", KNOWN_DATA),
    optional("empresa", KNOWN_DATA),
    optional(
        "dadosComplementares",
        Kind::Array(&Kind::Object(&[optional("label", Kind::Text(40)), optional("valor", Kind::Text(56))])),
    ),
]);
const ELECTRONIC: Kind = Kind::Object(&[
    required("obrigarSignatarioInformarNome", Kind::Bit),
    required("obrigarSignatarioInformarNumeroDocumento", Kind::Bit),
    required("tipoDocumentoAInformar", Kind::AnyInt),
    optional("configuracaoDocumentoOutro", OTHER_DOCUMENT),
    optional("obrigarSignatarioInformarNomeEmpresa", Kind::Bit),
    optional("obrigarSignatarioInformarNumeroDocumentoEmpresa", Kind::Bit),
    optional("tipoDocumentoEmpresaAInformar", Kind::AnyInt),
    optional("configuracaoDocumentoEmpresaOutro", OTHER_DOCUMENT),
    // Only where a variant puts it here; looked at beside the shape.
    optional("dadosAssinatura", DATA),
]);
const ONLINE: &[Member] = &[
    required("assinarComo", Kind::Int(1, 3)),
    optional("papelPessoaFisica", Kind::Array(&Kind::Text(50))),
    optional("papelPessoaJuridica", Kind::Array(&Kind::Text(50))),
    optional("seguranca", SECURITY),
    optional("mensagemPersonalizada", MESSAGE),
    optional("anexos", Kind::Array(&ATTACHMENT)),
    optional("definirPosicaoAssinaturaManual", Kind::Array(&POSITION)),
    required("idTipoAssinatura", Kind::AnyInt),
    optional("assinaturaEletronica", ELECTRONIC),
    optional("dadosAssinatura", DATA),
];

/// The sending, when its shape is right.
///
/// # Errors
/// The refusal; `None` stands for the empty 500.
pub(super) fn read(sent: &Object, version: Version, variants: &Variants) -> Result<Sending, Option<Refusal>> {
    let bits = variants.request_bits;
    let mut faults = Faults::default();
    let parts = match version {
        Version::V2 => [TOP, TOP_V2],
        Version::V3 => [TOP, TOP_V3],
    };
    faults.object(sent, &parts, bits);
    for online in signers_online(sent) {
        match online {
            Some(online) => {
                faults.object(online, &[ONLINE], bits);
                misplaced_data(&mut faults, online, variants.data_parent);
            }
            None => faults.missing("assinarOnline"),
        }
    }
    faults.verdict(variants)?;
    let sending: Sending = serde_json::from_value(sent.clone().into())
        .map_err(|_| Some(Refusal::bad_request(super::messages::UNKNOWN_MEMBER)))?;
    let mut faults = Faults::default();
    let automatic = sending.usar_posicao_assinatura_automatica.0;
    if !sending.destinatarios.iter().any(AskedRecipient::signs) {
        faults.missing("destinatarios");
    }
    for recipient in &sending.destinatarios {
        conditional(&mut faults, recipient, automatic);
    }
    if version == Version::V3 {
        sources(&mut faults, sent);
    }
    faults.verdict(variants)?;
    Ok(sending)
}

/// `assinarOnline` of everybody who signs, where there is one.
fn signers_online(sent: &Object) -> impl Iterator<Item = Option<&Object>> {
    let recipients = sent.get("destinatarios").and_then(|value| value.as_array()).into_iter().flatten();
    let signers = recipients.filter(|recipient| recipient.get("idTipoAcao").and_then(|id| id.as_i64()) == Some(1));
    signers.map(|recipient| recipient.get("assinarOnline").and_then(|online| online.as_object()))
}

fn misplaced_data(faults: &mut Faults, online: &Object, parent: DataParent) {
    let nested =
        online.get("assinaturaEletronica").is_some_and(|electronic| electronic.get("dadosAssinatura").is_some());
    let misplaced = match parent {
        DataParent::AssinarOnline => nested,
        DataParent::AssinaturaEletronica => online.contains_key("dadosAssinatura"),
    };
    if misplaced {
        faults.unknown();
    }
}

/// Members that are needed because of others.
fn conditional(faults: &mut Faults, recipient: &AskedRecipient, automatic: bool) {
    let Some(online) = recipient.online() else {
        return;
    };
    if matches!(recipient.alterar_notificacoes, Some(1 | 3)) && !is_set(recipient.retornar_link_processo) {
        faults.missing("retornarLinkProcesso");
    }
    if let Some((security, _)) = online.code()
        && security.id_meio_envio.is_none()
    {
        faults.missing("idMeioEnvio");
    }
    if let Some(message) = &online.mensagem_personalizada {
        match (filled(message.titulo.as_ref()), filled(message.texto.as_ref())) {
            (None, Some(_)) => faults.missing("titulo"),
            (Some(_), None) => faults.missing("texto"),
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
    if !automatic && online.positions().is_empty() {
        faults.missing("definirPosicaoAssinaturaManual");
    }
    if !online.is_electronic() {
        return;
    }
    let Some(electronic) = &online.assinatura_eletronica else {
        return faults.missing("assinaturaEletronica");
    };
    if online.as_company() {
        for (name, is_there) in [
            ("obrigarSignatarioInformarNomeEmpresa", electronic.obrigar_signatario_informar_nome_empresa.is_some()),
            (
                "obrigarSignatarioInformarNumeroDocumentoEmpresa",
                electronic.obrigar_signatario_informar_numero_documento_empresa.is_some(),
            ),
            ("tipoDocumentoEmpresaAInformar", electronic.tipo_documento_empresa_a_informar.is_some()),
        ] {
            if !is_there {
                faults.missing(name);
            }
        }
    }
}

/// In version 3 a document has a file or a link, and not both.
fn sources(faults: &mut Faults, sent: &Object) {
    let documents = sent.get("documentos").and_then(|value| value.as_array()).into_iter().flatten();
    for document in documents {
        let has = |name: &str| {
            document.get(name).and_then(|value| value.as_str()).is_some_and(|text| !text.trim().is_empty())
        };
        match (has("arquivo"), has("linkDoArquivo")) {
            (false, false) => faults.missing("arquivo"),
            (true, true) => faults.unknown(),
            (true, false) | (false, true) => {}
        }
    }
}
