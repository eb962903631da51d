//! Identities and templates: asking the bridge to change them. What there is comes with accounts.

use postern_shared::account::AccountId;
use postern_shared::action::ActionId;
use postern_shared::api::identities::{ConfirmIdentity, DeleteIdentity, RequestCode, SaveIdentity};
use postern_shared::api::messages::{CleanHtml, MAX_CLEANED};
use postern_shared::api::templates::{DeleteTemplate, ListTemplates, SaveTemplate};
use postern_shared::error::CallError;
use postern_shared::identity::{Identity, IdentityId};
use postern_shared::template::{Template, TemplateId};

use super::Stores;
use crate::browser::random;
use crate::i18n::locale;

type Outcome<T> = Result<T, CallError>;

impl Stores {
    /// Adds or changes an identity; an address that nobody has confirmed gets a code.
    ///
    /// # Errors
    /// The bridge's.
    pub async fn save_identity(
        self,
        account: AccountId,
        identity: Identity,
        first: bool,
    ) -> Outcome<()> {
        let language = locale().tag().to_owned();
        let call = SaveIdentity { action: fresh(), account, identity, first, language };
        self.link.call(call).await
    }

    /// Removes an identity.
    ///
    /// # Errors
    /// The bridge's.
    pub async fn delete_identity(self, account: AccountId, identity: IdentityId) -> Outcome<()> {
        self.link.call(DeleteIdentity { action: fresh(), account, identity }).await
    }

    /// Says the code that an identity's address got.
    ///
    /// # Errors
    /// The bridge's.
    pub async fn confirm_identity(
        self,
        account: AccountId,
        identity: IdentityId,
        code: String,
    ) -> Outcome<()> {
        self.link.call(ConfirmIdentity { action: fresh(), account, identity, code }).await
    }

    /// Has a new code sent.
    ///
    /// # Errors
    /// The bridge's.
    pub async fn request_code(self, account: AccountId, identity: IdentityId) -> Outcome<()> {
        let language = locale().tag().to_owned();
        self.link.call(RequestCode { action: fresh(), account, identity, language }).await
    }

    /// All templates, by name.
    ///
    /// # Errors
    /// The bridge's.
    pub async fn templates(self) -> Outcome<Vec<Template>> {
        self.link.call(ListTemplates).await
    }

    /// Adds or changes a template.
    ///
    /// # Errors
    /// The bridge's.
    pub async fn save_template(self, template: Template) -> Outcome<Template> {
        self.link.call(SaveTemplate { action: fresh(), template }).await
    }

    /// Removes a template.
    ///
    /// # Errors
    /// The bridge's.
    pub async fn delete_template(self, template: TemplateId) -> Outcome<()> {
        self.link.call(DeleteTemplate { action: fresh(), template }).await
    }

    /// What was pasted, made safe; empty where it cannot be.
    pub async fn clean(self, html: String) -> String {
        match html.len() <= MAX_CLEANED {
            true => self.link.call(CleanHtml { html }).await.unwrap_or_default(),
            false => String::new(),
        }
    }
}

fn fresh() -> ActionId {
    ActionId(random::bytes())
}
