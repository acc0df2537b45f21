//! The vendor's messages: it has no codes, so what a refusal means is told from its Portuguese text, and only then from
//! the status. Source: contract section 2.18.

use domain::outcome::Class;

use super::blame::{Place, Who};

/// A message that is known.
struct Rule {
    /// How it begins, as written in the contract.
    begins: &'static str,
    class: Class,
    at: &'static [Place],
}

/// What a message means.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Meaning {
    pub class: Class,
    pub at: Vec<Place>,
}

const fn invalid(begins: &'static str, at: &'static [Place]) -> Rule {
    Rule { begins, class: Class::InvalidRequest, at }
}

const fn of(begins: &'static str, class: Class, at: &'static [Place]) -> Rule {
    Rule { begins, class, at }
}

use Place::{Account, Documents, Envelope, Folder, Recipients};

/// Every message with a fixed beginning; of two that fit, the first counts.
const RULES: &[Rule] = &[
    of("Documento excluído", Class::NotFound, &[]),
    of("Processo excluído", Class::NotFound, &[]),
    of("Documento concluído", Class::Conflict, &[]),
    of("Documento cancelado", Class::Conflict, &[]),
    of("Documento com status", Class::Conflict, &[]),
    of("Saldo de créditos", Class::InsufficientCredit, &[]),
    of("Conta bloqueada", Class::Permission, &[Account("/credentials/app_key")]),
    of(
        "Acesso não autorizado",
        Class::Authentication,
        &[Account("/credentials/app_key"), Account("/credentials/subscription_key")],
    ),
    of("Método não encontrado", Class::NotFound, &[Account("/settings/base_url")]),
    invalid("Algum parâmetro está incorreto ou é inexistente", &[]),
    invalid("Arquivo no formato inválido", &[Documents("")]),
    invalid("Não é permitido arquivo com tamanho maior que 100MB", &[Envelope("/documents")]),
    invalid("Quando o parâmetro usarOrdemDeAssinatura for igual a true", &[Recipients("routing_order", Who::Signer)]),
    invalid("Existem destinatários duplicados na mesma posição de ordem", &[Envelope("/recipients")]),
    invalid(
        "O parâmetro email ou telefone é obrigatório",
        &[Recipients("email", Who::ByEmail), Recipients("phone", Who::ByPhone)],
    ),
    invalid("Somente é possível enviar o processo para um e-mail ou telefone", &[Recipients("delivery", Who::Anybody)]),
    invalid("E-mail inválido", &[Recipients("email", Who::ByEmail)]),
    invalid("Telefone inválido", &[Recipients("phone", Who::ByPhone)]),
    invalid(
        "Somente é possível enviar processos por WhatsApp para signatários",
        &[Recipients("signature_level", Who::ByPhone)],
    ),
    invalid(
        "O parâmetro representacaoVisualAssinatura permite",
        &[Recipients("provider_options/arqsign/representacao_visual", Who::WithLook)],
    ),
    invalid("O(s) Papel(is) do(s) Signatário(s)", &[Recipients("provider_options/arqsign", Who::WithRole)]),
    invalid("O parâmetro idMeioEnvio permite", &[Recipients("authentication", Who::WithCode)]),
    invalid("O parâmetro codigoSegurancaEmail é obrigatório", &[Recipients("authentication", Who::WithCode)]),
    invalid("O parâmetro codigoSegurancaTelefone é obrigatório", &[Recipients("authentication", Who::WithCode)]),
    invalid(
        "Os parâmetros contidos em anexos não são obrigatórios",
        &[Recipients("requested_attachments", Who::WithAttachments)],
    ),
    invalid(
        "Não é permitido configurar anexos com mesmo nome",
        &[Recipients("requested_attachments", Who::WithAttachments)],
    ),
    invalid("Posicionamento definirPosicaoAssinaturaManual fora dos limites", &[Recipients("fields", Who::WithFields)]),
    invalid("Somente é permitido uma representação por tipo", &[Recipients("fields", Who::WithFields)]),
    invalid("O parâmetro documentoDeOrdem é obrigatório", &[Recipients("fields", Who::WithFields)]),
    invalid("Não existe o documento na ordem", &[Recipients("fields", Who::WithFields)]),
    invalid("É necessário enviar os parâmetros pessoaFisica", &[Recipients("fields", Who::Signer)]),
    invalid("É necessário enviar os parâmetros pessoaJuridica", &[Recipients("fields", Who::Signer)]),
    invalid("A página", &[Recipients("fields", Who::WithFields)]),
    invalid("As páginas", &[Recipients("fields", Who::WithFields)]),
    invalid("O parâmetro idTipoAssinatura permite", &[Recipients("signature_level", Who::Signer)]),
    invalid("O parâmetro tipoDocumentoAInformar permite", &[Recipients("national_id", Who::Signer)]),
    invalid("O parâmetro tipoDocumentoEmpresaAInformar permite", &[Recipients("organization", Who::Signer)]),
    invalid("O parâmetro configuracaoDocumentoOutro é obrigatório", &[Recipients("national_id", Who::Signer)]),
    invalid("O parâmetro configuracaoDocumentoEmpresaOutro é obrigatório", &[Recipients("organization", Who::Signer)]),
    invalid("São permitidos até 250 caracteres no parâmetro nome", &[Recipients("name", Who::Signer)]),
    invalid("O valor informado no parâmetro numeroDocumento é inválido", &[Recipients("national_id", Who::Signer)]),
    invalid(
        "O parâmetro label é obrigatório",
        &[Recipients("provider_options/arqsign/dados_complementares", Who::WithComplements)],
    ),
    invalid(
        "O parâmetro valor é obrigatório",
        &[Recipients("provider_options/arqsign/dados_complementares", Who::WithComplements)],
    ),
    invalid("É permitido enviar até 25 arquivos", &[Envelope("/documents")]),
    invalid("Não é permitido um arquivo ou uma coleção de arquivos", &[Envelope("/documents")]),
    invalid("O arquivo", &[Documents("")]),
    invalid("É obrigatório enviar ao menos um arquivo", &[Envelope("/documents")]),
    invalid("Para processo com mais de um arquivo o parâmetro ordemDocumento", &[Documents("/order")]),
    invalid("Não é permitido arquivos com a mesma ordem", &[Documents("/order")]),
    invalid("O tamanho do nome do arquivo", &[Documents("/name")]),
    invalid("Não é permitido arquivos com mesmo nome", &[Documents("/name")]),
    invalid("idPasta não encontrado", &[Folder]),
    invalid("O parâmetro arquivoTipo permite", &[Place::Input("arquivoTipo")]),
    invalid("Usuário(s) não encontrado(s)", &[Place::Input("usuarios")]),
    invalid("Somente é permitido usuários com status ativo", &[Place::Input("usuarios")]),
    invalid("Grupo(s) não encontrado(s)", &[Place::Input("grupos")]),
    invalid("Pastas(s) não encontrada(s)", &[Place::Input("pastas")]),
];

/// The messages that end in a list of names, in plural and singular, and what they say of the names.
const LISTS: [(&str, ListSays); 6] = [
    ("O(s) item(ns) listado(s) é(são) obrigatório(s)", ListSays::Wrong),
    ("O item listado é obrigatório", ListSays::Wrong),
    ("O(s) item(ns) listado(s) está(ão) com o formato incorreto", ListSays::Wrong),
    ("O item listado está com o formato incorreto", ListSays::Wrong),
    ("O(s) id(s) listado(s) não existe(m)", ListSays::Missing),
    ("O id listado não existe", ListSays::Missing),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum ListSays {
    /// They are required, or wrong.
    Wrong,
    /// Nothing has these ids.
    Missing,
}

/// Ids that stand in the path: when only they do not exist, the thing itself is not there.
const PATH_IDS: [&str; 3] = ["idprocesso", "idarquivoprocesso", "idconfwebhook"];

/// What `message` means; `None` for one that is not known.
pub(super) fn meaning(message: &str) -> Option<Meaning> {
    let text = normalized(message);
    if let Some((_, says)) = LISTS.iter().find(|(begins, _)| text.starts_with(&normalized(begins))) {
        let names = names(message);
        let gone = *says == ListSays::Missing
            && !names.is_empty()
            && names.iter().all(|name| PATH_IDS.contains(&name.to_lowercase().as_str()));
        let class = if gone { Class::NotFound } else { Class::InvalidRequest };
        return Some(Meaning { class, at: names.iter().flat_map(|name| Place::of_member(name)).collect() });
    }
    let rule = RULES.iter().find(|rule| text.starts_with(&normalized(rule.begins)))?;
    Some(Meaning { class: rule.class, at: rule.at.to_vec() })
}

/// Whether `message` says that the process was deleted in the vendor's application.
pub(super) fn says_deleted(message: &str) -> bool {
    let text = normalized(message);
    ["documento excluido", "processo excluido"].iter().any(|begins| text.starts_with(begins))
}

/// Whether `message` says that the process is canceled already.
pub(super) fn says_canceled(message: &str) -> bool {
    normalized(message).starts_with("documento cancelado")
}

/// The names at the end of a message, after its colon.
fn names(message: &str) -> Vec<String> {
    let list = message.rsplit_once(':').map_or("", |(_, list)| list);
    let trimmed = list.split(',').map(|name| name.trim().trim_matches(['.', '"', '\'']).trim().to_owned());
    trimmed.filter(|name| !name.is_empty()).collect()
}

/// `text` without what does not matter when two are compared: case, accents, quotes, final dots, repeated blanks.
pub(super) fn normalized(text: &str) -> String {
    let plain: String = text
        .to_lowercase()
        .chars()
        .filter_map(|letter| match letter {
            'á' | 'à' | 'â' | 'ã' | 'ä' => Some('a'),
            'é' | 'è' | 'ê' | 'ë' => Some('e'),
            'í' | 'ì' | 'î' | 'ï' => Some('i'),
            'ó' | 'ò' | 'ô' | 'õ' | 'ö' => Some('o'),
            'ú' | 'ù' | 'û' | 'ü' => Some('u'),
            'ç' => Some('c'),
            'ñ' => Some('n'),
            '"' | '\'' | '“' | '”' | '‘' | '’' | '«' | '»' => None,
            other => Some(other),
        })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    words.join(" ").trim_end_matches('.').trim_end().to_owned()
}
