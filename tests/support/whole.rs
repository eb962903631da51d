//! Views that are whole: an order or a search over all of a large mailbox, waited for.

use std::time::Duration;

use anyhow::{Context, Result};
use postern_shared::api::windows::{CloseWindow, OpenWindow};
use postern_shared::event::Event;
use postern_shared::mailbox::Role;
use postern_shared::window::{Anchor, Filter, Order, View, Window, WindowId};
use tokio::time::timeout;

use crate::list::List;
use crate::visitor::{OpenList, Tab};
use crate::wait;

/// How long a whole mailbox may take to be searched or taken in.
const PATIENCE: Duration = Duration::from_secs(900);

impl Tab {
    /// The inbox as a view.
    pub async fn inbox(&mut self) -> Result<View> {
        let inbox = self.mailbox(Role::Inbox).await?.id;
        Ok(View::of_mailbox(self.id(), inbox))
    }

    /// One row of the inbox in a view that only the index gives, closed again: says how far the
    /// index is.
    pub async fn look(&mut self) -> Result<Window> {
        let view = View { filter: Filter::WithAttachment, ..self.inbox().await? };
        let (window, anchor) = (WindowId(u32::MAX), Anchor::Offset(0));
        let seen = self.link.call(OpenWindow { window, view, anchor, count: 1 }).await?;
        self.link.call(CloseWindow { window }).await?;
        Ok(seen)
    }

    /// Waits until the inbox is in the index.
    pub async fn indexed(&mut self) -> Result<()> {
        while let Order::Provisional { .. } = self.look().await?.order {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Ok(())
    }

    /// Opens a view and waits until it is whole; says how long that took.
    pub async fn whole(&mut self, view: View) -> Result<(Duration, OpenList)> {
        let begun = wait::now();
        let mut open = self.open_view(view).await?;
        while open.list.order != Order::Final {
            let event = timeout(PATIENCE, self.link.next_event()).await.context("a whole view")?;
            match event.context("the link is closed")? {
                Event::WindowDelta(window, delta) if window == open.call.window => {
                    open.list.apply(delta)?;
                }
                Event::WindowStale(window) if window == open.call.window => {
                    open.list = List::of(self.link.call(open.call.clone()).await?)?;
                }
                _ => {}
            }
        }
        Ok((begun.elapsed(), open))
    }
}
