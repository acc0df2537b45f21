//! The vendor's messages, word by word. Source: contract sections 2.6, 2.8, 2.15 and 2.18. Where the contract knows only how a message begins, the
//! rest is this simulator's.

use actix_web::http::StatusCode;

use super::config::Variants;

/// Why a call is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) message: String,
}

impl Refusal {
    /// 400.
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.into() }
    }

    /// 422.
    pub(super) fn unprocessable(message: impl Into<String>) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, message: message.into() }
    }

    /// A rule of sending: the documents do not tell whether 400 or 422 (A12).
    pub(super) fn rule(variants: &Variants, message: impl Into<String>) -> Self {
        if variants.rules_as_422 { Self::unprocessable(message) } else { Self::bad_request(message) }
    }
}

fn listed(variants: &Variants, names: &[String], plural: &str, singular: &str) -> Refusal {
    let lead = if variants.singular_messages && names.len() == 1 { singular } else { plural };
    Refusal::bad_request(format!("{lead}: {}", names.join(", ")))
}

/// Members that are missing.
pub(super) fn missing(variants: &Variants, names: &[String]) -> Refusal {
    listed(variants, names, "O(s) item(ns) listado(s) é(são) obrigatório(s)", "O item listado é obrigatório")
}

/// Members whose value is not what it must be.
pub(super) fn wrong_format(variants: &Variants, names: &[String]) -> Refusal {
    let plural = "O(s) item(ns) listado(s) está(ão) com o formato incorreto";
    listed(variants, names, plural, "O item listado está com o formato incorreto")
}

/// Ids that the account does not have.
pub(super) fn unknown_ids(variants: &Variants, names: &[&str]) -> Refusal {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    listed(variants, &names, "O(s) id(s) listado(s) não existe(m)", "O id listado não existe")
}

pub(super) const UNAUTHORIZED: &str = "Acesso não autorizado.";
pub(super) const NO_METHOD: &str = "Método não encontrado.";
pub(super) const BLOCKED: &str = "Conta bloqueada.";
pub(super) const UNKNOWN_MEMBER: &str = "Algum parâmetro está incorreto ou é inexistente.";
pub(super) const NO_CREDIT: &str = "Saldo de créditos de Envios ou WhatsApp ou SMS insuficiente";
pub(super) const BAD_FILE: &str = "Arquivo no formato inválido.";
pub(super) const FILE_TYPE: &str = "O parâmetro arquivoTipo permite somente valores 1 ou 2.";

pub(super) const CANCELED_NOW: &str = "Documento cancelado com sucesso";
pub(super) const COMPLETED: &str = "Documento concluído.";
pub(super) const CANCELED: &str = "Documento cancelado.";
pub(super) const CREATED: &str = "Documento com status \"Criado\".";

/// A process that was deleted in the web application.
pub(super) fn deleted(variants: &Variants) -> Refusal {
    Refusal::bad_request(if variants.old_deleted_text { "Processo excluído." } else { "Documento excluído." })
}

pub(super) const ORDER_MISSING: &str = "Quando o parâmetro usarOrdemDeAssinatura for igual a true, é obrigatório definir \
    ordem de assinatura para o(s) signatário(s) com ação de Assinar Online.";
pub(super) const DUPLICATES: &str = "Existem destinatários duplicados na mesma posição de ordem de assinatura.";
pub(super) const NO_CONTACT: &str = "O parâmetro email ou telefone é obrigatório.";
pub(super) const TWO_CONTACTS: &str =
    "Somente é possível enviar o processo para um e-mail ou telefone. Escolha uma forma de envio.";
pub(super) const BAD_EMAIL: &str = "E-mail inválido.";
pub(super) const BAD_PHONE: &str = "Telefone inválido.";
pub(super) const WHATSAPP_WITH_CERTIFICATE: &str = "Somente é possível enviar processos por WhatsApp para signatários com \
    tipo de assinatura eletrônica ou com ação de receber cópia.";
pub(super) const VISUAL_STYLE: &str = "O parâmetro representacaoVisualAssinatura permite somente valor 1, 2 ou 3.";
pub(super) const UNKNOWN_ROLE: &str = "O(s) Papel(is) do(s) Signatário(s) informado(s) não existe(m) para a conta.";
pub(super) const CODE_CHANNEL: &str = "O parâmetro idMeioEnvio permite somente valores 1, 2, 3 ou 4.";
pub(super) const CODE_EMAIL: &str =
    "O parâmetro codigoSegurancaEmail é obrigatório quando o parâmetro idMeioEnvio for igual a 3.";
pub(super) const CODE_PHONE: &str =
    "O parâmetro codigoSegurancaTelefone é obrigatório quando o parâmetro idMeioEnvio for igual a 1 ou 2.";
pub(super) const INCOMPLETE_ATTACHMENT: &str = "Os parâmetros contidos em anexos não são obrigatórios, mas quando um deles \
    for informado os demais também devem ser.";
pub(super) const ATTACHMENT_TWICE: &str = "Não é permitido configurar anexos com mesmo nome.";
pub(super) const OUTSIDE_PAGE: &str = "Posicionamento definirPosicaoAssinaturaManual fora dos limites da página.";
pub(super) const TWO_BOXES: &str = "Somente é permitido uma representação por tipo de assinatura.";
pub(super) const NO_DOCUMENT_ORDER: &str =
    "O parâmetro documentoDeOrdem é obrigatório quando no processo possuir mais de um arquivo para assinatura.";
pub(super) const PERSON_BOX: &str =
    "É necessário enviar os parâmetros pessoaFisica em definirPosicaoAssinaturaManual para todos os arquivos.";
pub(super) const COMPANY_BOX: &str =
    "É necessário enviar os parâmetros pessoaJuridica em definirPosicaoAssinaturaManual para todos os arquivos.";
pub(super) const SIGNATURE_TYPE: &str = "O parâmetro idTipoAssinatura permite somente valores 1, 3 ou 4.";
pub(super) const DOCUMENT_TYPE: &str = "O parâmetro tipoDocumentoAInformar permite somente valores 1, 2, 3 ou 4.";
pub(super) const COMPANY_DOCUMENT_TYPE: &str =
    "O parâmetro tipoDocumentoEmpresaAInformar permite somente valores 4 ou 5.";
pub(super) const OTHER_DOCUMENT: &str =
    "O parâmetro configuracaoDocumentoOutro é obrigatório quando tipoDocumentoAInformar for igual a 4.";
pub(super) const OTHER_COMPANY_DOCUMENT: &str =
    "O parâmetro configuracaoDocumentoEmpresaOutro é obrigatório quando tipoDocumentoEmpresaAInformar for igual a 4.";
pub(super) const NAME_TOO_LONG: &str = "São permitidos até 250 caracteres no parâmetro nome.";
pub(super) const BAD_NUMBER: &str =
    "O valor informado no parâmetro numeroDocumento é inválido para o tipo de documento configurado.";
pub(super) const NO_LABEL: &str = "O parâmetro label é obrigatório quando informar o parâmetro valor.";
pub(super) const NO_VALUE: &str = "O parâmetro valor é obrigatório quando informar o parâmetro label.";
pub(super) const TOO_MANY_FILES: &str =
    "É permitido enviar até 25 arquivos por processo, cujo tamanho não ultrapasse a soma de 100MB.";
pub(super) const TOO_LARGE: &str =
    "Não é permitido um arquivo ou uma coleção de arquivos que ultrapasse a soma de 100MB.";
pub(super) const NO_FILE: &str = "É obrigatório enviar ao menos um arquivo do tipo PDF.";
pub(super) const FILE_ORDER_MISSING: &str =
    "Para processo com mais de um arquivo o parâmetro ordemDocumento é obrigatório em cada documento.";
pub(super) const FILE_ORDER_TWICE: &str = "Não é permitido arquivos com a mesma ordem.";
pub(super) const FILE_NAME_TOO_LONG: &str = "O tamanho do nome do arquivo não pode ultrapassar a 150 caracteres.";
pub(super) const FILE_NAME_TWICE: &str = "Não é permitido arquivos com mesmo nome.";
pub(super) const FOREIGN_FOLDER: &str = "idPasta não encontrado.";

/// A box on a file that the process does not have.
pub(super) fn unknown_document_order(order: i64) -> String {
    format!("Não existe o documento na ordem {order} informada no parâmetro “documentoDeOrdem”.")
}

/// Boxes on pages that the file does not have.
pub(super) fn missing_pages(pages: &[i64]) -> String {
    match pages {
        [page] => format!("A página \"{page}\" não existe no arquivo."),
        pages => {
            let pages: Vec<String> = pages.iter().map(i64::to_string).collect();
            format!("As páginas \"{}\" não existem no arquivo.", pages.join(", "))
        }
    }
}

/// A file that is no PDF.
pub(super) fn not_a_pdf(name: &str) -> String {
    format!("O arquivo {name} é inválido. Somente é permitido arquivo do tipo PDF.")
}

pub(super) const NO_USERS: &str = "Usuário(s) não encontrado(s)";
pub(super) const INACTIVE_USERS: &str = "Somente é permitido usuários com status ativo";
pub(super) const NO_GROUPS: &str = "Grupo(s) não encontrado(s)";
pub(super) const NO_FOLDERS: &str = "Pastas(s) não encontrada(s)";
/// The contract says that names are unique and not what is answered: this simulator's words.
pub(super) const WEBHOOK_NAME_TAKEN: &str = "Já existe uma configuração de webhook com o nome informado.";
/// The same for the number of configurations.
pub(super) const TOO_MANY_WEBHOOKS: &str = "São permitidas até 25 configurações de webhook por conta.";
