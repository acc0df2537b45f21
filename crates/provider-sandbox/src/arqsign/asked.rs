//! A sending as the vendor understands it, once its shape was found right. Source: contract sections 2.1 and 2.2.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::shape::bit;

/// A truth value in any of its forms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bit(pub(super) bool);

impl<'de> Deserialize<'de> for Bit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        // The shape was checked before: what has no truth value cannot arrive here.
        Ok(Self(bit(&value).unwrap_or_default()))
    }
}

/// Whether a bit is there and set.
pub(super) fn is_set(bit: Option<Bit>) -> bool {
    bit.is_some_and(|bit| bit.0)
}

/// The text, unless it is missing or blank.
pub(super) fn filled(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.trim().is_empty())
}

/// The body of a sending.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sending {
    pub(super) id_responsavel: String,
    pub(super) nome_processo: String,
    pub(super) id_pasta: String,
    pub(super) configuracoes_avancadas: Option<Advanced>,
    pub(super) renovacao_meses: Option<i64>,
    pub(super) mensagem_padrao: Option<Message>,
    pub(super) usar_ordem_assinatura: Bit,
    pub(super) usar_posicao_assinatura_automatica: Bit,
    pub(super) destinatarios: Vec<AskedRecipient>,
    pub(super) documentos: Vec<AskedDocument>,
}

/// `configuracoesAvancadas`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Advanced {
    pub(super) tempo_expiracao_documento_dias: Option<i64>,
    pub(super) aviso_antes_expiracao_documento_dias: Option<i64>,
    pub(super) frequencia_lembretes_dias: Option<i64>,
    pub(super) gerar_qr_code: Option<Bit>,
    pub(super) obrigar_leitura: Option<Bit>,
}

/// `mensagemPadrao` and `mensagemPersonalizada`.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Message {
    pub(super) titulo: Option<String>,
    pub(super) texto: Option<String>,
}

/// `destinatarios[]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AskedRecipient {
    pub(super) id_tipo_acao: i64,
    pub(super) ordem_assinatura: Option<i64>,
    pub(super) representacao_visual_assinatura: Option<i64>,
    pub(super) nome: String,
    pub(super) email: Option<String>,
    pub(super) telefone: Option<String>,
    pub(super) alterar_notificacoes: Option<i64>,
    pub(super) retornar_link_processo: Option<Bit>,
    /// As sent: of a copy receiver it is not looked at.
    pub(super) assinar_online: Option<Value>,
}

impl AskedRecipient {
    pub(super) fn signs(&self) -> bool {
        self.id_tipo_acao == 1
    }

    pub(super) fn email(&self) -> Option<&str> {
        filled(self.email.as_ref())
    }

    pub(super) fn phone(&self) -> Option<&str> {
        filled(self.telefone.as_ref())
    }

    /// How a signer is to sign; none of a copy receiver.
    pub(super) fn online(&self) -> Option<Online> {
        let sent = self.assinar_online.as_ref().filter(|_| self.signs())?;
        serde_json::from_value(sent.clone()).ok()
    }
}

/// `assinarOnline`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Online {
    pub(super) assinar_como: i64,
    pub(super) papel_pessoa_fisica: Option<Vec<String>>,
    pub(super) papel_pessoa_juridica: Option<Vec<String>>,
    pub(super) seguranca: Option<Security>,
    pub(super) mensagem_personalizada: Option<Message>,
    pub(super) anexos: Option<Vec<AskedAttachment>>,
    pub(super) definir_posicao_assinatura_manual: Option<Vec<Position>>,
    pub(super) id_tipo_assinatura: i64,
    pub(super) assinatura_eletronica: Option<Electronic>,
    pub(super) dados_assinatura: Option<SignatureData>,
}

impl Online {
    pub(super) fn as_person(&self) -> bool {
        matches!(self.assinar_como, 1 | 3)
    }

    pub(super) fn as_company(&self) -> bool {
        matches!(self.assinar_como, 2 | 3)
    }

    pub(super) fn is_electronic(&self) -> bool {
        self.id_tipo_assinatura == 1
    }

    /// Roles that count: those of a kind that does not sign are dropped.
    pub(super) fn roles(&self) -> (Option<&Vec<String>>, Option<&Vec<String>>) {
        let filled = |roles: &&Vec<String>| !roles.is_empty();
        let person = self.papel_pessoa_fisica.as_ref().filter(filled).filter(|_| self.as_person());
        let company = self.papel_pessoa_juridica.as_ref().filter(filled).filter(|_| self.as_company());
        (person, company)
    }

    /// The access code.
    pub(super) fn code(&self) -> Option<(&Security, &str)> {
        let security = self.seguranca.as_ref()?;
        Some((security, filled(security.codigo_seguranca.as_ref())?))
    }

    /// Data to prefill or validate, from either of the places where it may stand; only for electronic signatures.
    pub(super) fn data(&self) -> Option<&SignatureData> {
        let nested = || self.assinatura_eletronica.as_ref()?.dados_assinatura.as_ref();
        self.dados_assinatura.as_ref().or_else(nested).filter(|_| self.is_electronic())
    }

    pub(super) fn data_mut(&mut self) -> Option<&mut SignatureData> {
        if self.dados_assinatura.is_some() {
            return self.dados_assinatura.as_mut();
        }
        self.assinatura_eletronica.as_mut()?.dados_assinatura.as_mut()
    }

    pub(super) fn attachments(&self) -> &[AskedAttachment] {
        self.anexos.as_deref().unwrap_or_default()
    }

    pub(super) fn positions(&self) -> &[Position] {
        self.definir_posicao_assinatura_manual.as_deref().unwrap_or_default()
    }
}

/// `seguranca`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Security {
    pub(super) codigo_seguranca: Option<String>,
    pub(super) id_meio_envio: Option<i64>,
    pub(super) codigo_seguranca_email: Option<String>,
    pub(super) codigo_seguranca_telefone: Option<String>,
    pub(super) reenviar_codigo: Option<Bit>,
}

/// `anexos[]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AskedAttachment {
    pub(super) anexo_documento_nome: Option<String>,
    pub(super) anexo_obrigatorio: Option<Bit>,
    pub(super) anexo_exibir_todos_destinatarios: Option<Bit>,
}

/// `definirPosicaoAssinaturaManual[]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Position {
    pub(super) documento_de_ordem: Option<i64>,
    pub(super) pessoa_fisica: Option<SignatureBox>,
    pub(super) pessoa_juridica: Option<SignatureBox>,
}

/// A box on a page, in millimetres from the page's top-left corner.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SignatureBox {
    pub(super) pagina: i64,
    pub(super) altura: f64,
    pub(super) largura: f64,
    pub(super) posicao_x: f64,
    pub(super) posicao_y: f64,
}

impl SignatureBox {
    pub(super) fn has_zero(&self) -> bool {
        [self.altura, self.largura, self.posicao_x, self.posicao_y].contains(&0.0)
    }
}

/// `assinaturaEletronica`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Electronic {
    pub(super) obrigar_signatario_informar_nome: Bit,
    pub(super) obrigar_signatario_informar_numero_documento: Bit,
    pub(super) tipo_documento_a_informar: i64,
    pub(super) configuracao_documento_outro: Option<OtherDocument>,
    pub(super) obrigar_signatario_informar_nome_empresa: Option<Bit>,
    pub(super) obrigar_signatario_informar_numero_documento_empresa: Option<Bit>,
    pub(super) tipo_documento_empresa_a_informar: Option<i64>,
    pub(super) configuracao_documento_empresa_outro: Option<OtherDocument>,
    pub(super) dados_assinatura: Option<SignatureData>,
}

/// `configuracaoDocumentoOutro` and its twin for companies.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OtherDocument {
    pub(super) nome_documento: String,
    pub(super) formato_dados_documento: i64,
    pub(super) qtde_caracteres_documento: i64,
}

/// `dadosAssinatura`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SignatureData {
    pub(super) signatario: Option<KnownData>,
    pub(super) empresa: Option<KnownData>,
    pub(super) dados_complementares: Option<Vec<Extra>>,
}

/// `dadosAssinatura.signatario` and `.empresa`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KnownData {
    pub(super) nome: Option<String>,
    pub(super) numero_documento: Option<String>,
    pub(super) validar_documento: Option<Bit>,
}

/// `dadosComplementares[]`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Extra {
    pub(super) label: Option<String>,
    pub(super) valor: Option<String>,
}

/// `documentos[]`; its file stands beside the JSON, or behind a link.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AskedDocument {
    pub(super) ordem_documento: Option<i64>,
    pub(super) nome_com_extensao: String,
}
