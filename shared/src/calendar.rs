//! Events as messages carry them (RFC 5545), and what is asked about them (RFC 5546).

use serde::{Deserialize, Serialize};

use crate::address::Address;

/// A calendar in a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// What is asked or told.
    pub method: Method,
    /// Its events in the order of the file; a changed instance of a series is one of its own.
    pub events: Vec<Event>,
}

/// How an invitation stands for the user who reads it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Standing {
    /// As whom the user answers; none where nothing is to be answered.
    pub attendee: Option<Address>,
    /// Where the answer goes.
    pub organizer: Address,
    /// What the user answered last, by what was sent from here, else by what the organizer knows.
    pub answer: Answer,
    /// The answer was to an earlier version than this one.
    pub changed: bool,
    /// A later version than this one was seen.
    pub superseded: bool,
    /// It does not take place any more.
    pub cancelled: bool,
}

/// What is asked or told (RFC 5546 §1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Method {
    /// Nothing: events for whoever wants them.
    #[default]
    Publish,
    /// Come, or: it has changed.
    Request,
    /// An attendee's answer.
    Reply,
    /// Further instances.
    Add,
    /// It does not take place.
    Cancel,
    /// An attendee asks for the newest version.
    Refresh,
    /// An attendee proposes something else.
    Counter,
    /// The proposal is not taken.
    DeclineCounter,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Event {
    /// What all versions and instances have in common.
    pub uid: String,
    /// Which version it is.
    pub sequence: u32,
    /// Which instance of a series it is about.
    pub recurrence_id: Option<Moment>,
    /// Its title.
    pub summary: String,
    /// Where it takes place; may be empty.
    pub location: String,
    /// More about it; may be empty.
    pub description: String,
    /// An `https` or `http` address; may be empty.
    pub url: String,
    /// When it begins.
    pub start: Option<Moment>,
    /// When it ends; of whole days the day after the last.
    pub end: Option<Moment>,
    /// Who invites.
    pub organizer: Option<Attendee>,
    /// Who is invited.
    pub attendees: Vec<Attendee>,
    /// Whether it takes place.
    pub status: EventStatus,
    /// How it comes again.
    pub recurrence: Option<Recurrence>,
}

/// Whether an event takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum EventStatus {
    /// As far as anybody knows.
    #[default]
    Confirmed,
    /// Perhaps.
    Tentative,
    /// No.
    Cancelled,
}

/// A point in a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Moment {
    /// A whole day, in days since 1970-01-01.
    Day(i32),
    /// A point in time.
    Instant {
        /// Seconds since 1970 UTC.
        at: i64,
        /// The IANA time zone that it was written in; empty for UTC and for zones without a name.
        zone: String,
    },
    /// That hour wherever one is: seconds since 1970 as if that were UTC.
    Floating(i64),
}

/// Somebody who takes part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Attendee {
    /// The name; may be empty.
    pub name: String,
    /// The address.
    pub email: String,
    /// What was answered.
    pub answer: Answer,
    /// Whether it goes without.
    pub optional: bool,
}

/// What somebody answered (RFC 5545 §3.2.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Answer {
    /// Nothing yet.
    #[default]
    NeedsAction,
    /// Yes.
    Accepted,
    /// No.
    Declined,
    /// Perhaps.
    Tentative,
    /// Somebody else comes instead.
    Delegated,
}

/// How an event comes again (RFC 5545 §3.3.10).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Recurrence {
    /// The step.
    pub frequency: Frequency,
    /// Every so many steps; 1 for each.
    pub interval: u32,
    /// How often in all.
    pub count: Option<u32>,
    /// Until when.
    pub until: Option<Moment>,
    /// On which days of the week: which of them in the month or year (0 for each, -1 for the
    /// last), and the day, 0 for Monday.
    pub weekdays: Vec<(i8, u8)>,
    /// On which days of the month; -1 is the last.
    pub month_days: Vec<i8>,
    /// In which months, from 1 on.
    pub months: Vec<u8>,
    /// Which of all days that fit, -1 for the last.
    pub positions: Vec<i16>,
    /// Dates that are left out.
    pub except: Vec<Moment>,
    /// Dates that are added.
    pub extra: Vec<Moment>,
    /// The rule says more than is told here.
    pub partial: bool,
}

/// A step of recurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Frequency {
    /// Years.
    #[default]
    Yearly,
    /// Months.
    Monthly,
    /// Weeks.
    Weekly,
    /// Days.
    Daily,
    /// Hours.
    Hourly,
    /// Minutes.
    Minutely,
    /// Seconds.
    Secondly,
}
