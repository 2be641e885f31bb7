//! An element without a pipeline.

use std::sync::{Arc, Mutex, PoisonError};

use gstreamer::{self as gst, prelude::*};

use crate::domain::camera::LinkCause;

/// An element whose two pads are ours: what it makes of a buffer comes out of the same call, on the caller's thread. It has
/// no thread, no bus and no clock of its own, so that hundreds cost what they hold and no more.
pub(super) struct Bare {
    element: gst::Element,
    feed: gst::Pad,
    /// Kept, as the element only refers to it.
    _drain: gst::Pad,
    made: Arc<Mutex<Made>>,
}

/// What came out.
#[derive(Default)]
struct Made {
    caps: Option<gst::Caps>,
    buffers: Vec<(gst::Caps, gst::Buffer)>,
}

impl Bare {
    /// Of that factory, for what has those caps.
    ///
    /// # Errors
    /// [`LinkCause::Missing`] where this machine has none; [`LinkCause::Unreadable`] where it does not take the caps.
    pub fn new(factory: &'static str, properties: &[(&str, &str)], caps: &gst::Caps) -> Result<Self, LinkCause> {
        let missing = || LinkCause::Missing { element: factory.to_owned() };
        gst::init().map_err(|_| missing())?;
        let element = gst::ElementFactory::make(factory).build().map_err(|_| missing())?;
        for (name, value) in properties.iter().filter(|(name, _)| element.has_property(name)) {
            element.set_property_from_str(name, value);
        }
        let made = Arc::<Mutex<Made>>::default();
        let feed = gst::Pad::new(gst::PadDirection::Src);
        let drain = drain(&made);
        let (Some(sink), Some(src)) = (element.static_pad("sink"), element.static_pad("src")) else {
            return Err(missing());
        };
        let linked = feed.link(&sink).is_ok() && src.link(&drain).is_ok();
        let active = feed.set_active(true).is_ok() && drain.set_active(true).is_ok();
        if !linked || !active || element.set_state(gst::State::Playing).is_err() {
            return Err(missing());
        }
        let bare = Self { element, feed, _drain: drain, made };
        let segment = gst::FormattedSegment::<gst::ClockTime>::new();
        let is_taken = bare.feed.push_event(gst::event::StreamStart::new("bare"))
            && bare.feed.push_event(gst::event::Caps::new(caps))
            && bare.feed.push_event(gst::event::Segment::new(&segment));
        if is_taken { Ok(bare) } else { Err(LinkCause::Unreadable) }
    }

    /// What it makes of it, which may be nothing yet.
    ///
    /// # Errors
    /// If it wants no more.
    pub fn push(&self, buffer: gst::Buffer) -> Result<Vec<(gst::Caps, gst::Buffer)>, gst::FlowError> {
        self.feed.push(buffer)?;
        Ok(std::mem::take(&mut self.made.lock().unwrap_or_else(PoisonError::into_inner).buffers))
    }
}

/// A pad that keeps what comes, and with which caps.
fn drain(made: &Arc<Mutex<Made>>) -> gst::Pad {
    let (keeper, listener) = (Arc::clone(made), Arc::clone(made));
    gst::Pad::builder(gst::PadDirection::Sink)
        .chain_function(move |_, _, buffer| {
            let mut made = keeper.lock().unwrap_or_else(PoisonError::into_inner);
            let caps = made.caps.clone().ok_or(gst::FlowError::NotNegotiated)?;
            made.buffers.push((caps, buffer));
            Ok(gst::FlowSuccess::Ok)
        })
        .event_function(move |_, _, event| {
            if let gst::EventView::Caps(caps) = event.view() {
                listener.lock().unwrap_or_else(PoisonError::into_inner).caps = Some(caps.caps_owned());
            }
            true
        })
        .build()
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.element.set_state(gst::State::Null);
    }
}
