//! The words of the signer's page, in each of its languages.

use broker::SignerState;

use super::language::Language;

/// A heading and the sentence below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Saying {
    pub(super) title: &'static str,
    pub(super) text: &'static str,
}

/// Everything that a page says in one language.
#[derive(Debug)]
pub(super) struct Words {
    /// The language tag of the page.
    pub(super) tag: &'static str,
    pub(super) for_whom: &'static str,
    pub(super) documents: &'static str,
    pub(super) message: &'static str,
    pub(super) own_message: &'static str,
    pub(super) launch: &'static str,
    pub(super) launch_note: &'static str,
    pub(super) refresh: &'static str,
    pub(super) renew: &'static str,
    pub(super) without_script: &'static str,
    pub(super) progress: &'static str,
    pub(super) steps: [&'static str; 3],
    pub(super) done: &'static str,
    pub(super) now: &'static str,
    pub(super) later: &'static str,
    pub(super) ready: Saying,
    pub(super) preparing: Saying,
    pub(super) stale: Saying,
    pub(super) not_yet: Saying,
    pub(super) signed: Saying,
    pub(super) declined: Saying,
    pub(super) expired: Saying,
    pub(super) over: Saying,
    pub(super) exhausted: Saying,
    /// The address leads nowhere.
    pub(super) unknown: Saying,
    /// Something does not work on this side.
    pub(super) broken: Saying,
}

impl Words {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::Spanish => &SPANISH,
            Language::English => &ENGLISH,
            Language::Portuguese => &PORTUGUESE,
        }
    }

    /// What the page says about a state.
    pub(super) fn about(&self, state: &SignerState) -> Saying {
        match state {
            SignerState::Ready { link: _ } => self.ready,
            SignerState::Preparing => self.preparing,
            SignerState::Stale => self.stale,
            SignerState::NotYet => self.not_yet,
            SignerState::Signed => self.signed,
            SignerState::Declined => self.declined,
            SignerState::Expired => self.expired,
            SignerState::Over => self.over,
            SignerState::Exhausted => self.exhausted,
        }
    }
}

static SPANISH: Words = Words {
    tag: "es",
    for_whom: "Para",
    documents: "Documentos",
    message: "Mensaje",
    own_message: "Mensaje para usted",
    launch: "Abrir el programa de firma",
    launch_note: "El navegador pedirá permiso para abrir el programa de firma, que debe estar instalado en este equipo. \
                  Deje esta página abierta: mostrará el resultado cuando haya terminado.",
    refresh: "Actualizar esta página",
    renew: "Preparar un enlace nuevo",
    without_script: "Su navegador no ejecuta JavaScript: use el enlace de actualizar para ver cómo va la firma.",
    progress: "Progreso",
    steps: ["Preparación", "Su firma", "Resultado"],
    done: "hecho",
    now: "ahora",
    later: "pendiente",
    ready: Saying {
        title: "Listo para firmar",
        text: "Abra el programa de firma con el enlace y firme con su certificado.",
    },
    preparing: Saying {
        title: "Preparando la firma",
        text: "Los documentos se están preparando. Suele tardar unos segundos; si pasan varios minutos, avise a quien le envió el enlace.",
    },
    stale: Saying {
        title: "El enlace ya no sirve",
        text: "El intento anterior no terminó o ha caducado. Puede pedir un enlace nuevo y volver a intentarlo.",
    },
    not_yet: Saying {
        title: "Todavía no es su turno",
        text: "Otras personas firman antes que usted. Vuelva a esta página más tarde.",
    },
    signed: Saying {
        title: "Ha firmado",
        text: "Hemos recibido su firma. No tiene que hacer nada más; puede cerrar esta página.",
    },
    declined: Saying {
        title: "Ha rechazado la firma",
        text: "Hemos anotado que no firma. No tiene que hacer nada más.",
    },
    expired: Saying {
        title: "El plazo ha terminado",
        text: "Ya no se puede firmar. Si aún es necesario, hable con quien le envió el enlace.",
    },
    over: Saying {
        title: "La firma ya no está abierta",
        text: "Se ha cancelado o ha terminado sin su intervención. No tiene que hacer nada más.",
    },
    exhausted: Saying {
        title: "No quedan intentos",
        text: "Se han usado todos los intentos de firma. Hable con quien le envió el enlace.",
    },
    unknown: Saying {
        title: "Este enlace no es válido",
        text: "Compruebe que la dirección está completa, o pida un enlace nuevo a quien se lo envió.",
    },
    broken: Saying {
        title: "Ahora mismo no es posible",
        text: "Ha fallado algo por nuestra parte. Inténtelo de nuevo dentro de un momento.",
    },
};

static ENGLISH: Words = Words {
    tag: "en",
    for_whom: "For",
    documents: "Documents",
    message: "Message",
    own_message: "Message to you",
    launch: "Open the signing program",
    launch_note: "Your browser will ask for permission to open the signing program, which must be installed on this \
                  computer. Leave this page open: it shows the result when you are done.",
    refresh: "Refresh this page",
    renew: "Prepare a new link",
    without_script: "Your browser does not run JavaScript: use the refresh link to see how the signing goes.",
    progress: "Progress",
    steps: ["Preparation", "Your signature", "Result"],
    done: "done",
    now: "now",
    later: "to come",
    ready: Saying {
        title: "Ready to sign",
        text: "Open the signing program with the link and sign with your certificate.",
    },
    preparing: Saying {
        title: "Preparing the signature",
        text: "The documents are being prepared. This takes a few seconds; after several minutes, tell whoever sent you the link.",
    },
    stale: Saying {
        title: "The link no longer works",
        text: "The last try was not completed or is too old. You can ask for a new link and try again.",
    },
    not_yet: Saying {
        title: "It is not your turn yet",
        text: "Other people sign before you. Come back to this page later.",
    },
    signed: Saying {
        title: "You have signed",
        text: "We have received your signature. There is nothing more to do; you can close this page.",
    },
    declined: Saying {
        title: "You have declined to sign",
        text: "We have noted that you do not sign. There is nothing more to do.",
    },
    expired: Saying {
        title: "The deadline has passed",
        text: "Signing is no longer possible. If it is still needed, talk to whoever sent you the link.",
    },
    over: Saying {
        title: "The signing is no longer open",
        text: "It was cancelled, or it ended without you. There is nothing more to do.",
    },
    exhausted: Saying {
        title: "No tries are left",
        text: "All tries to sign are used up. Talk to whoever sent you the link.",
    },
    unknown: Saying {
        title: "This link is not valid",
        text: "Check that the address is complete, or ask whoever sent it for a new one.",
    },
    broken: Saying {
        title: "Not possible right now",
        text: "Something failed on our side. Please try again in a moment.",
    },
};

static PORTUGUESE: Words = Words {
    tag: "pt",
    for_whom: "Para",
    documents: "Documentos",
    message: "Mensagem",
    own_message: "Mensagem para você",
    launch: "Abrir o programa de assinatura",
    launch_note: "O navegador pedirá permissão para abrir o programa de assinatura, que deve estar instalado neste computador. \
                  Deixe esta página aberta: ela mostrará o resultado quando você terminar.",
    refresh: "Atualizar esta página",
    renew: "Preparar um novo link",
    without_script: "Seu navegador não executa JavaScript: use o link de atualizar para ver como está a assinatura.",
    progress: "Andamento",
    steps: ["Preparação", "Sua assinatura", "Resultado"],
    done: "feito",
    now: "agora",
    later: "pendente",
    ready: Saying {
        title: "Pronto para assinar",
        text: "Abra o programa de assinatura com o link e assine com o seu certificado.",
    },
    preparing: Saying {
        title: "Preparando a assinatura",
        text: "Os documentos estão sendo preparados. Leva alguns segundos; depois de vários minutos, avise quem enviou o link.",
    },
    stale: Saying {
        title: "O link não funciona mais",
        text: "A última tentativa não foi concluída ou expirou. Você pode pedir um novo link e tentar outra vez.",
    },
    not_yet: Saying {
        title: "Ainda não é a sua vez",
        text: "Outras pessoas assinam antes de você. Volte a esta página mais tarde.",
    },
    signed: Saying {
        title: "Você assinou",
        text: "Recebemos a sua assinatura. Não é preciso fazer mais nada; pode fechar esta página.",
    },
    declined: Saying {
        title: "Você recusou a assinatura",
        text: "Registramos que você não assina. Não é preciso fazer mais nada.",
    },
    expired: Saying {
        title: "O prazo terminou",
        text: "Não é mais possível assinar. Se ainda for necessário, fale com quem enviou o link.",
    },
    over: Saying {
        title: "A assinatura não está mais aberta",
        text: "Foi cancelada ou terminou sem a sua participação. Não é preciso fazer mais nada.",
    },
    exhausted: Saying {
        title: "Não restam tentativas",
        text: "Todas as tentativas de assinatura foram usadas. Fale com quem enviou o link.",
    },
    unknown: Saying {
        title: "Este link não é válido",
        text: "Verifique se o endereço está completo ou peça um novo a quem o enviou.",
    },
    broken: Saying { title: "Não é possível agora", text: "Algo falhou do nosso lado. Tente de novo em instantes." },
};
