package ad

// Warning is something an owner should know about an order that is made all the same.
type Warning struct {
	// Field is the wire name of the field it is about, "product_image" for the photo.
	Field string `json:"field" dynamodbav:"field"`
	// Code says of what kind it is, such as Claim.Medical.
	Code string `json:"code" dynamodbav:"code"`
	// Detail says in Korean what it is and what to do about it.
	Detail string `json:"detail" dynamodbav:"detail"`
}
