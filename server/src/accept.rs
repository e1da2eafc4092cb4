//! Content negotiation by the `Accept` header (RFC 9110, section 12.5.1).

use axum::http::{HeaderMap, header};

/// The media ranges of an `Accept` header, each with its weight.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Accept(Vec<(String, String, f32)>);

impl Accept {
    /// Reads the header. Without one, everything is acceptable. Malformed ranges are ignored.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut ranges = Vec::new();
        for value in headers.get_all(header::ACCEPT) {
            for range in value.to_str().unwrap_or("").split(',').take(64) {
                let mut parts = range.split(';').map(str::trim);
                let Some((kind, subtype)) = parts.next().and_then(|range| range.split_once('/'))
                else {
                    continue;
                };
                let weight = parts
                    .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
                    .map_or(1.0, |text| {
                        let weight = text.trim().parse::<f32>().ok();
                        // An invalid weight counts as 0; NaN is not within the range either.
                        weight
                            .filter(|weight| (0.0..=1.0).contains(weight))
                            .unwrap_or(0.0)
                    });
                ranges.push((
                    kind.to_ascii_lowercase(),
                    subtype.to_ascii_lowercase(),
                    weight,
                ));
            }
        }
        Self(ranges)
    }

    /// The weight of a media type, 0 if it is not acceptable. The most specific range decides.
    pub(crate) fn weight(&self, media_type: &str) -> f32 {
        let (kind, subtype) = media_type.split_once('/').unwrap_or((media_type, ""));
        if self.0.is_empty() {
            return 1.0;
        }
        let specificity = |range: &(String, String, f32)| match (range.0.as_str(), range.1.as_str())
        {
            (a, b) if a == kind && b == subtype => Some(3),
            (a, "*") if a == kind => Some(2),
            ("*", "*") => Some(1),
            _ => None,
        };
        self.0
            .iter()
            .filter_map(|range| Some((specificity(range)?, range.2)))
            .max_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)))
            .map_or(0.0, |(_, weight)| weight)
    }

    /// The offer with the greatest weight, the first of equals; `None` if none is acceptable.
    pub(crate) fn best<T: Copy>(&self, offers: &[(T, &str)]) -> Option<T> {
        let mut best: Option<(T, f32)> = None;
        for (offer, media_type) in offers {
            let weight = self.weight(media_type);
            if weight > best.map_or(0.0, |(_, best)| best) {
                best = Some((*offer, weight));
            }
        }
        best.map(|(offer, _)| offer)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn accept(text: &'static str) -> Accept {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(text));
        Accept::of(&headers)
    }

    #[test]
    fn the_most_specific_range_decides() {
        let offers = [(1, "image/png"), (2, "image/webp")];
        assert_eq!(Accept::default().best(&offers), Some(1));
        assert_eq!(accept("image/webp").best(&offers), Some(2));
        assert_eq!(accept("image/*;q=0.5, image/webp").best(&offers), Some(2));
        assert_eq!(accept("image/png;q=0, */*").best(&offers), Some(2));
        assert_eq!(accept("text/html").best(&offers), None);
        assert_eq!(accept("*/*;q=0.1, image/png;q=0.2").best(&offers), Some(1));
        assert_eq!(accept("nonsense, ;;,/").best(&offers), None);
    }
}
