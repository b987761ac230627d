package ad

// Stats are an owner's statistics over published ads.
type Stats struct {
	TotalAds int
	// AvgScore is 0..1, over the ads with a model's score, or with a stand-in's when no ad has
	// one; 0 without any.
	AvgScore float64
	StandIn  bool         // the averages are of a stand-in's scores: the two kinds measure different things
	Months   []MonthStats // the last twelve months, oldest first, ending with the current one
}

// MonthStats are the same for the ads ordered in one calendar month in Korea.
type MonthStats struct {
	Month    string // yyyy-mm, as Ad.Month gives it
	Ads      int
	AvgScore float64 // as in Stats
}
