//! Pages of lists: signed, opaque cursors that name the last row shown.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::sea_query::{ExprTrait, IntoColumnRef, SimpleExpr};
use uuid::Uuid;

use crate::digests::Digests;
use crate::error::StoreError;
use crate::store::TenantStore;

/// Which part of a list.
#[derive(Debug, Clone)]
pub struct Page {
    /// At most this many rows.
    pub limit: u32,
    /// Where the page before ended: its [`Paged::next`]; `None` for the first page.
    pub cursor: Option<String>,
}

impl Page {
    /// The first page.
    #[must_use]
    pub fn first(limit: u32) -> Self {
        Self { limit, cursor: None }
    }

    /// The page that begins at `cursor`.
    #[must_use]
    pub fn after(limit: u32, cursor: impl Into<String>) -> Self {
        Self { limit, cursor: Some(cursor.into()) }
    }

    /// How many rows to read: one more than is shown tells whether there are more.
    pub(crate) fn fetch(&self) -> u64 {
        u64::from(self.limit).saturating_add(1)
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Paged<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` when there is none.
    pub next: Option<String>,
}

impl<T> Paged<T> {
    /// The same page of other values.
    ///
    /// # Errors
    /// The first that `f` gives.
    pub(crate) fn try_map<U>(self, f: impl FnMut(T) -> Result<U, StoreError>) -> Result<Paged<U>, StoreError> {
        Ok(Paged { items: self.items.into_iter().map(f).collect::<Result<_, _>>()?, next: self.next })
    }
}

/// A row's place in a list that is ordered by a number and then by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) number: i64,
    pub(crate) id: Uuid,
}

impl Place {
    /// Holds for rows that come after this place when the list runs downwards.
    pub(crate) fn before<C: IntoColumnRef>(self, number: C, id: C) -> SimpleExpr {
        SimpleExpr::tuple([SimpleExpr::column(number), SimpleExpr::column(id)])
            .lt(SimpleExpr::tuple([SimpleExpr::val(self.number), SimpleExpr::val(self.id)]))
    }

    fn to_bytes(self) -> Vec<u8> {
        [self.number.to_be_bytes().as_slice(), self.id.as_bytes()].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (number, rest) = bytes.split_first_chunk::<8>()?;
        let id = Uuid::from_slice(rest).ok()?;
        Some(Self { number: i64::from_be_bytes(*number), id })
    }
}

/// `payload` as a cursor of `list` for `owner`.
pub(crate) fn seal(digests: &Digests, list: &str, owner: Uuid, payload: &[u8]) -> String {
    let signature = digests.sign_cursor(&[list.as_bytes(), owner.as_bytes(), payload]);
    URL_SAFE_NO_PAD.encode([payload, &signature].concat())
}

/// What a cursor of `list` for `owner` holds.
pub(crate) fn open(digests: &Digests, list: &str, owner: Uuid, cursor: &str) -> Result<Vec<u8>, StoreError> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| StoreError::Cursor)?;
    let (payload, signature) = bytes.split_last_chunk::<32>().ok_or(StoreError::Cursor)?;
    if digests.verify_cursor(&[list.as_bytes(), owner.as_bytes(), payload], signature) {
        Ok(payload.to_vec())
    } else {
        Err(StoreError::Cursor)
    }
}

impl TenantStore {
    /// The place that the page's cursor names.
    pub(crate) fn open_cursor(&self, list: &str, page: &Page) -> Result<Option<Place>, StoreError> {
        let Some(cursor) = &page.cursor else { return Ok(None) };
        let payload = open(self.store.digests(), list, self.tenant.as_uuid(), cursor)?;
        Place::from_bytes(&payload).map(Some).ok_or(StoreError::Cursor)
    }

    /// The rows that fit the page, and the cursor of the next when there were more.
    pub(crate) fn paged<T>(
        &self,
        list: &str,
        page: &Page,
        mut items: Vec<T>,
        place: impl FnOnce(&T) -> (i64, Uuid),
    ) -> Paged<T> {
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| {
            let (number, id) = place(last);
            seal(self.store.digests(), list, self.tenant.as_uuid(), &Place { number, id }.to_bytes())
        });
        Paged { items, next }
    }
}
