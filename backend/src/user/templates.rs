//! A user's templates.

use postern_shared::action::ActionId;
use postern_shared::template::{MAX_TEMPLATE, MAX_TEMPLATES, Template, TemplateId};

use super::submissions::digest;
use super::{Error, User};
use crate::account;
use crate::db::templates;

/// Longest name, in bytes.
const MAX_NAME: usize = 500;

impl User {
    /// All templates, by name.
    ///
    /// # Errors
    /// The database's.
    pub async fn list_templates(&self) -> Result<Vec<Template>, Error> {
        let rows = templates::all(&self.db, self.id).await?;
        // What another version wrote is not lost, but not shown.
        let read = |(id, form): (String, String)| {
            let form: Template = serde_json::from_str(&form).ok()?;
            Some(Template { id: TemplateId(id), ..form })
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// Adds or changes a template.
    ///
    /// # Errors
    /// `Invalid`, `Limit`, `NonExistent`, or the database's.
    pub async fn save_template(
        &self,
        action: ActionId,
        mut template: Template,
    ) -> Result<Template, Error> {
        template.name = template.name.trim().to_owned();
        if template.name.is_empty() || template.name.chars().any(char::is_control) {
            return Err(Error::Invalid("the name"));
        }
        let longest = template.text.len().max(template.html.len());
        let head = template.name.len().max(template.subject.len());
        if longest > MAX_TEMPLATE || head > MAX_NAME {
            return Err(Error::Limit("the template"));
        }
        template.html = account::clean_html(template.html).await?;
        let all = self.list_templates().await?;
        let fresh: String = digest(self.id, action).iter().map(|b| format!("{b:02x}")).collect();
        if template.id.0.is_empty() {
            if all.len() >= MAX_TEMPLATES {
                return Err(Error::Limit("templates"));
            }
            template.id.0 = fresh;
        } else if all.iter().all(|known| known.id != template.id) {
            return Err(Error::NonExistent);
        }
        let form = serde_json::to_string(&template).map_err(|_| Error::Invalid("the template"))?;
        templates::put(&self.db, self.id, (&template.id.0, &template.name), &form).await?;
        Ok(template)
    }

    /// Removes a template.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete_template(&self, id: &TemplateId) -> Result<(), Error> {
        Ok(templates::remove(&self.db, self.id, &id.0).await?)
    }
}
