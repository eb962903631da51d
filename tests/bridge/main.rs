//! The bridge through its real doors, HTTP and the link, before real mail servers and before broken ones.

mod attachments;
mod chaos;
mod connections;
mod doors;
mod elsewhere;
mod faults;
mod frames;
mod images;
mod invitations;
mod kills;
mod leave;
mod limits;
mod list;
mod mailboxes;
mod malicious;
mod outbox;
mod pages;
mod recovery;
mod round_trip;
mod scenarios;
mod searches;
mod send;
mod sending_faults;
mod sign_in;
mod uploads;
mod views;
