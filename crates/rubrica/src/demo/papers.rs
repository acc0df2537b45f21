//! The documents that are signed, as in `tests/samples`.

/// A PDF of the demo.
pub(super) struct Paper {
    /// Its file name.
    pub filename: &'static str,
    /// What people call it; letters and digits of ASCII, and blanks.
    pub name: &'static str,
    /// The file.
    pub pdf: &'static [u8],
}

/// A work contract in Spanish.
pub(super) const SPANISH_CONTRACT: Paper = Paper {
    filename: "contrato-trabajo-es.pdf",
    name: "Contrato de trabajo",
    pdf: include_bytes!("../../assets/contrato-trabajo-es.pdf"),
};

/// A promise to buy and sell, in the Spanish of Chile.
pub(super) const CHILEAN_PROMISE: Paper = Paper {
    filename: "promesa-compraventa-cl.pdf",
    name: "Promesa de compraventa",
    pdf: include_bytes!("../../assets/promesa-compraventa-cl.pdf"),
};

/// A lease in Portuguese.
pub(super) const PORTUGUESE_LEASE: Paper = Paper {
    filename: "contrato-locacao-pt.pdf",
    name: "Contrato de locacao",
    pdf: include_bytes!("../../assets/contrato-locacao-pt.pdf"),
};
