//! Calls about templates.

use serde::{Deserialize, Serialize};

use crate::action::ActionId;
use crate::template::{Template, TemplateId};

/// Asks for all templates of the user, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListTemplates;

/// Adds a template, or changes one; answers it as it is kept.
///
/// # Errors
/// `Invalid` without a name; `Limit` (its length, how many there are); `NonExistent`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveTemplate {
    /// This action.
    pub action: ActionId,
    /// The template.
    pub template: Template,
}

/// Removes a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteTemplate {
    /// This action.
    pub action: ActionId,
    /// The template.
    pub template: TemplateId,
}
