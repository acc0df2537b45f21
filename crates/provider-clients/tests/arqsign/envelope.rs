//! The neutral envelope of the design with everything that ArqSign can do, and what it is on the wire. Sections 2.1 and 6.

use domain::order::Order;
use serde_json::json;

use crate::support::{Case, SENDER, account, document, document_id, order, told};

/// The neutral envelope of the design, with what ArqSign can do: acting for a person and a company, a code by SMS, fields
/// in both documents, a file to upload, a private word, a second turn with a certificate, a copy.
pub fn neutral_envelope() -> Order {
    let recipients = json!([
        {
            "role": "signer", "name": "Ana Souza", "given_name": "Ana", "family_name": "Souza",
            "second_family_name": null, "email": "ana@example.com", "phone": "+5531999998888",
            "national_id": { "type": "cpf", "value": "529.982.247-25", "country": "BR" },
            "routing_order": 1, "group": "company", "signature_level": "simple", "delivery": "email",
            "authentication": [
                { "type": "access_code", "code": "1234", "delivery": "sms", "phone": "+5531988887777", "resend": true }
            ],
            "acts_as": "both", "organization": { "name": "Acme Ltda", "tax_id": "11.222.333/0001-81" },
            "message": "Uma palavra em particular.",
            "fields": [
                { "type": "signature", "as": "person", "document": 1, "page": 1, "x": 111.75, "y": 712.5, "width": 150, "height": 50 },
                { "type": "signature", "as": "organization", "document": 1, "page": 2, "x": 72, "y": 144, "width": 144, "height": 36 },
                { "type": "signature", "as": "both", "document": 2, "page": 1, "x": 10, "y": 10, "width": null, "height": null }
            ],
            "requested_attachments": [{ "name": "RG frente", "required": true, "shared": false }],
            "identity_documents": [],
            "provider_options": { "arqsign": {
                "papeis_pf": ["Locatário"], "papeis_pj": ["Fiador"], "representacao_visual": 1, "validar_documento": true,
                "dados_complementares": [{ "label": "Matrícula", "valor": "4711" }], "titulo": "Seu contrato"
            } }
        },
        {
            "role": "signer", "name": "Bruno Lima", "email": "bruno@example.com", "routing_order": 5,
            "signature_level": "qualified", "delivery": "email", "authentication": [], "acts_as": "person",
            "fields": [
                { "type": "signature", "as": null, "document": 1, "page": 1, "x": 300, "y": 712.5, "width": 150, "height": 50 },
                { "type": "signature", "as": null, "document": 2, "page": 1, "x": 300, "y": 10, "width": 150, "height": 50 }
            ],
            "requested_attachments": [], "identity_documents": [], "provider_options": {}
        },
        {
            "role": "copy", "name": "Arquivo Central", "email": null, "phone": "+5531977776666", "routing_order": 1,
            "delivery": "whatsapp", "authentication": [], "acts_as": "person", "fields": [],
            "requested_attachments": [], "identity_documents": [], "provider_options": {}
        }
    ]);
    let recipients: Vec<domain::envelope::RecipientSpec> = serde_json::from_value(recipients).unwrap();
    let mut order = order(recipients);
    order.documents.push(document(2));
    order.spec = serde_json::from_value(json!({
        "reference": "HR-2026-0042", "subject": "Contrato de trabalho", "message": "Por favor, leia e assine.",
        "language": null, "expires_at": "1970-01-30T23:00:00Z", "reminders": { "every_days": 3 }, "notary": "none",
        "stages": [], "provider_account": null,
        "provider_options": { "arqsign": {
            "id_pasta": "77aa0000-0000-4000-8000-000000000001", "gerar_qr_code": true, "obrigar_leitura": true,
            "renovacao_meses": 12, "aviso_expiracao_dias": 5
        } },
        "metadata": { "cost_center": "77" }
    }))
    .unwrap();
    order
}

#[test]
fn the_neutral_envelope_is_sent_exactly_so() {
    let account = account(json!({}));
    let case = Case::new(neutral_envelope());
    assert_eq!(told(&account.check(&case.order)), ["info deadline_by_broker /expires_at"]);
    assert_eq!(
        case.process(&*account),
        json!({
            "idResponsavel": SENDER,
            "nomeProcesso": "Contrato de trabalho [v7w6x5y4z3a2]",
            "idPasta": "77aa0000-0000-4000-8000-000000000001",
            "configuracoesAvancadas": {
                "tempoExpiracaoDocumentoDias": 30, "avisoAntesExpiracaoDocumentoDias": 5, "frequenciaLembretesDias": 3,
                "gerarQrCode": 1, "obrigarLeitura": true
            },
            "renovacaoMeses": 12,
            "mensagemPadrao": { "titulo": "Contrato de trabalho", "texto": "Por favor, leia e assine." },
            "usarOrdemAssinatura": true,
            "usarPosicaoAssinaturaAutomatica": false,
            "destinatarios": [
                {
                    "idTipoAcao": 1, "ordemAssinatura": 1, "representacaoVisualAssinatura": 1,
                    "nome": "Ana Souza", "email": "ana@example.com",
                    "assinarOnline": {
                        "assinarComo": 3,
                        "papelPessoaFisica": ["Locatário"],
                        "papelPessoaJuridica": ["Fiador"],
                        "seguranca": {
                            "codigoSeguranca": "[secret]", "idMeioEnvio": 1,
                            "codigoSegurancaTelefone": "+5531988887777", "reenviarCodigo": true
                        },
                        "mensagemPersonalizada": {
                            "titulo": "Seu contrato",
                            "texto": "Por favor, leia e assine.\n\nUma palavra em particular."
                        },
                        "anexos": [{ "anexoDocumentoNome": "RG frente", "anexoObrigatorio": true, "anexoExibirTodosDestinatarios": false }],
                        "definirPosicaoAssinaturaManual": [
                            {
                                "documentoDeOrdem": 1,
                                "pessoaFisica": { "pagina": 1, "altura": 17.64, "largura": 52.92, "posicaoX": 39.42, "posicaoY": 251.35 },
                                "pessoaJuridica": { "pagina": 2, "altura": 12.7, "largura": 50.8, "posicaoX": 25.4, "posicaoY": 50.8 }
                            },
                            {
                                "documentoDeOrdem": 2,
                                "pessoaFisica": { "pagina": 1, "altura": 20.0, "largura": 60.0, "posicaoX": 3.53, "posicaoY": 3.53 },
                                "pessoaJuridica": { "pagina": 1, "altura": 20.0, "largura": 60.0, "posicaoX": 3.53, "posicaoY": 3.53 }
                            }
                        ],
                        "idTipoAssinatura": 1,
                        "assinaturaEletronica": {
                            "obrigarSignatarioInformarNome": true,
                            "obrigarSignatarioInformarNumeroDocumento": true,
                            "tipoDocumentoAInformar": 1,
                            "obrigarSignatarioInformarNomeEmpresa": true,
                            "obrigarSignatarioInformarNumeroDocumentoEmpresa": true,
                            "tipoDocumentoEmpresaAInformar": 5
                        },
                        "dadosAssinatura": {
                            "signatario": { "nome": "Ana Souza", "numeroDocumento": "52998224725", "validarDocumento": true },
                            "empresa": { "nome": "Acme Ltda", "numeroDocumento": "11222333000181", "validarDocumento": true },
                            "dadosComplementares": [{ "label": "Matrícula", "valor": "4711" }]
                        }
                    }
                },
                {
                    "idTipoAcao": 1, "ordemAssinatura": 2, "nome": "Bruno Lima", "email": "bruno@example.com",
                    "assinarOnline": {
                        "assinarComo": 1,
                        "definirPosicaoAssinaturaManual": [
                            { "documentoDeOrdem": 1, "pessoaFisica": { "pagina": 1, "altura": 17.64, "largura": 52.92, "posicaoX": 105.83, "posicaoY": 251.35 } },
                            { "documentoDeOrdem": 2, "pessoaFisica": { "pagina": 1, "altura": 17.64, "largura": 52.92, "posicaoX": 105.83, "posicaoY": 3.53 } }
                        ],
                        "idTipoAssinatura": 3
                    }
                },
                { "idTipoAcao": 2, "nome": "Arquivo Central", "telefone": "+5531977776666" }
            ],
            "documentos": [
                { "ordemDocumento": 1, "nomeComExtensao": "Contrato 300.pdf", "arquivo": { "document": document_id(1).to_string(), "size": 48_213 } },
                { "ordemDocumento": 2, "nomeComExtensao": "Anexo 2.pdf", "arquivo": { "document": document_id(2).to_string(), "size": 48_213 } }
            ]
        })
    );
}
