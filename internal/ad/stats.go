package ad

// Stats are an owner's statistics over published ads.
type Stats struct {
	TotalAds int
	AvgScore float64      // 0..1, over the ads that have a score; 0 without one
	Months   []MonthStats // the last twelve months, oldest first, ending with the current one
}

// MonthStats are the same for the ads ordered in one calendar month in Korea.
type MonthStats struct {
	Month    string // yyyy-mm, as Ad.Month gives it
	Ads      int
	AvgScore float64 // as in Stats
}
