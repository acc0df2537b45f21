//! What is sent, member for member as the vendor names it. Optional members are left out, never sent empty, because
//! unknown ones are refused. Source: contract sections 1.1, 2.1, 2.2 and 2.7.

use serde::Serialize;
use serde_json::Value;

/// Yes or no in the account's spelling.
pub(in crate::arqsign) type Bit = Value;

/// The body of 2.1 and 2.2.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::arqsign) struct Process<'a> {
    pub id_responsavel: &'a str,
    pub nome_processo: String,
    pub id_pasta: &'a str,
    #[serde(skip_serializing_if = "Advanced::is_empty")]
    pub configuracoes_avancadas: Advanced,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renovacao_meses: Option<u32>,
    pub mensagem_padrao: Message,
    pub usar_ordem_assinatura: Bit,
    pub usar_posicao_assinatura_automatica: Bit,
    pub destinatarios: Vec<Recipient<'a>>,
    pub documentos: Vec<Document>,
}

/// `configuracoesAvancadas`
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::arqsign) struct Advanced {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tempo_expiracao_documento_dias: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aviso_antes_expiracao_documento_dias: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequencia_lembretes_dias: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gerar_qr_code: Option<Bit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub obrigar_leitura: Option<Bit>,
}

impl Advanced {
    fn is_empty(&self) -> bool {
        self.tempo_expiracao_documento_dias.is_none()
            && self.aviso_antes_expiracao_documento_dias.is_none()
            && self.frequencia_lembretes_dias.is_none()
            && self.gerar_qr_code.is_none()
            && self.obrigar_leitura.is_none()
    }
}

/// `mensagemPadrao`, `mensagemPersonalizada`
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::arqsign) struct Message {
    pub titulo: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub texto: Option<String>,
}

/// `destinatarios[]`
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::arqsign) struct Recipient<'a> {
    pub id_tipo_acao: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ordem_assinatura: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub representacao_visual_assinatura: Option<u8>,
    pub nome: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telefone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alterar_notificacoes: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retornar_link_processo: Option<Bit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assinar_online: Option<SignOnline>,
}

/// `assinarOnline`
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::arqsign) struct SignOnline {
    pub assinar_como: u8,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub papel_pessoa_fisica: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub papel_pessoa_juridica: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seguranca: Option<AccessCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mensagem_personalizada: Option<Message>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub anexos: Vec<Attachment>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub definir_posicao_assinatura_manual: Vec<Position>,
    pub id_tipo_assinatura: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assinatura_eletronica: Option<Electronic>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dados_assinatura: Option<SignatureData>,
}

/// `seguranca`
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::arqsign) struct AccessCode {
    pub codigo_seguranca: String,
    pub id_meio_envio: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub codigo_seguranca_email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub codigo_seguranca_telefone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reenviar_codigo: Option<Bit>,
}

/// `anexos[]`
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::arqsign) struct Attachment {
    pub anexo_documento_nome: String,
    pub anexo_obrigatorio: Bit,
    pub anexo_exibir_todos_destinatarios: Bit,
}

/// `definirPosicaoAssinaturaManual[]`
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::arqsign) struct Position {
    pub documento_de_ordem: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pessoa_fisica: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pessoa_juridica: Option<Place>,
}

/// A box on a page, in millimetres from the top left.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::arqsign) struct Place {
    pub pagina: u32,
    pub altura: f64,
    pub largura: f64,
    pub posicao_x: f64,
    pub posicao_y: f64,
}

/// `assinaturaEletronica`
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::arqsign) struct Electronic {
    pub obrigar_signatario_informar_nome: Bit,
    pub obrigar_signatario_informar_numero_documento: Bit,
    pub tipo_documento_a_informar: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuracao_documento_outro: Option<OtherDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub obrigar_signatario_informar_nome_empresa: Option<Bit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub obrigar_signatario_informar_numero_documento_empresa: Option<Bit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tipo_documento_empresa_a_informar: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuracao_documento_empresa_outro: Option<OtherDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dados_assinatura: Option<SignatureData>,
}

/// `configuracaoDocumentoOutro`, `configuracaoDocumentoEmpresaOutro`
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::arqsign) struct OtherDocument {
    pub nome_documento: String,
    pub formato_dados_documento: u8,
    pub qtde_caracteres_documento: usize,
}

/// `dadosAssinatura`
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::arqsign) struct SignatureData {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signatario: Option<Holder>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub empresa: Option<Holder>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dados_complementares: Vec<Complement>,
}

/// `dadosAssinatura.signatario`, `.empresa`
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::arqsign) struct Holder {
    pub nome: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numero_documento: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validar_documento: Option<Bit>,
}

/// `dadosAssinatura.dadosComplementares[]`
#[derive(Debug, Clone, Serialize)]
pub(in crate::arqsign) struct Complement {
    pub label: String,
    pub valor: String,
}

/// `documentos[]`
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::arqsign) struct Document {
    pub ordem_documento: u32,
    pub nome_com_extensao: String,
    pub arquivo: String,
}
